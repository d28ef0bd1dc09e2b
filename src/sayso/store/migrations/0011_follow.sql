-- From order to cash: what was told, byte for byte; what was understood of it; the state of every order; what is to be
-- done outside; what was held back; and the work that comes of it.

-- Systems as they were first heard of. What is configured stands in the follow file; this is what is known of them.
CREATE TABLE systems (
    system text PRIMARY KEY,
    role text NOT NULL DEFAULT '',
    first_heard timestamptz,
    last_heard timestamptz,
    messages bigint NOT NULL DEFAULT 0
);

-- What a system calls a thing, and what it is called here. kind: order, customer, item, site, invoice, ...
CREATE TABLE identities (
    system text NOT NULL,
    kind text NOT NULL,
    theirs text NOT NULL,
    ours text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (system, kind, theirs)
);

-- Every message as it came, before it was acknowledged. `key` is the order it is about ("" where that cannot be told yet),
-- `lane` = what of it workers share out. An edited message is a further body; the first stays. A message is `behind` when an
-- earlier one of its key is quarantined: so it is looked at once and not by every worker that passes.
CREATE TABLE inbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    id text NOT NULL,
    received timestamptz NOT NULL,
    kind text NOT NULL DEFAULT '',
    content_type text NOT NULL DEFAULT 'application/cloudevents+json',
    body bytea NOT NULL,
    digest text NOT NULL,
    key text NOT NULL DEFAULT '',
    lane smallint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'behind', 'applied', 'quarantined', 'dropped')),
    applied timestamptz,
    problem text,
    repeats integer NOT NULL DEFAULT 0,
    UNIQUE (source, id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX inbox_waiting ON inbox (lane, number) WHERE state = 'waiting';
CREATE INDEX inbox_quarantined ON inbox (key, number) WHERE state = 'quarantined';
CREATE INDEX inbox_behind ON inbox (key, number) WHERE state = 'behind';
CREATE INDEX inbox_received ON inbox USING brin (received);

-- Bodies that a person put in the place of one that could not be used; the last counts. Append-only.
CREATE TABLE inbox_edits (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bigint NOT NULL,
    edited timestamptz NOT NULL,
    by text NOT NULL,
    why text NOT NULL DEFAULT '',
    body bytea NOT NULL
);
CREATE INDEX inbox_edits_message ON inbox_edits (message, number);
CREATE TRIGGER inbox_edits_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON inbox_edits
    FOR EACH STATEMENT EXECUTE FUNCTION only_added();

-- A message that came again under its id with another body. Append-only.
CREATE TABLE inbox_conflicts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bigint NOT NULL,
    received timestamptz NOT NULL,
    body bytea NOT NULL,
    digest text NOT NULL,
    UNIQUE (message, digest)
);

-- What workers share out: a lane is worked on by one transaction at a time, so that an order's messages are taken in their
-- order and never twice at once.
CREATE TABLE inbox_lanes (lane smallint PRIMARY KEY, served bigint NOT NULL DEFAULT 0) WITH (fillfactor = 20);
INSERT INTO inbox_lanes (lane) SELECT n FROM generate_series(0, 63) AS n;

-- What was understood: one row for each telling of a document. Append-only.
CREATE TABLE documents (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    family text NOT NULL,
    document text NOT NULL,
    revision integer NOT NULL,
    digest text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    occurred timestamptz NOT NULL,
    received timestamptz NOT NULL,
    source text NOT NULL,
    message bigint,
    data bytea NOT NULL,
    UNIQUE (family, document, revision, digest)
);

-- Which orders (key 'order WEB-1') a telling is about. Where only a document is named whose order is not known yet, the key
-- is that document ('shipment S-1', 'invoice I-1', 'payment P-1'), and the order claims it when it comes.
CREATE TABLE concerns (
    key text NOT NULL,
    document bigint NOT NULL,
    PRIMARY KEY (key, document)
);
CREATE INDEX concerns_document ON concerns (document);

-- The state of every order: the fold of its documents, with what is asked for most taken out.
CREATE TABLE transactions (
    "order" text PRIMARY KEY,
    customer text NOT NULL DEFAULT '',
    currency text NOT NULL DEFAULT '',
    stage text NOT NULL,
    operational boolean NOT NULL DEFAULT false,
    financial boolean NOT NULL DEFAULT false,
    amount numeric NOT NULL DEFAULT 0,
    placed timestamptz,
    changed timestamptz NOT NULL,
    digest text NOT NULL,
    state bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX transactions_stage ON transactions (stage, "order");
CREATE INDEX transactions_customer ON transactions (customer);

-- What receivables know of each invoice and payment; made from documents, and made again whenever one comes.
CREATE TABLE open_items (
    invoice text PRIMARY KEY,
    customer text NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    total numeric NOT NULL,
    open numeric NOT NULL,
    disputed numeric NOT NULL DEFAULT 0,
    issued date NOT NULL,
    due date,
    state bytea NOT NULL
);
CREATE INDEX open_items_account ON open_items (account) WHERE open <> 0;
CREATE TABLE payments (
    payment text PRIMARY KEY,
    customer text NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    amount numeric NOT NULL,
    applied numeric NOT NULL DEFAULT 0,
    unapplied numeric NOT NULL DEFAULT 0,
    reversed numeric NOT NULL DEFAULT 0,
    received date NOT NULL,
    state bytea NOT NULL
);
CREATE INDEX payments_unapplied ON payments (account) WHERE unapplied <> 0;

-- The books by double entry. A revised document is posted back and posted anew, so rows are only added.
CREATE TABLE postings (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry text NOT NULL,
    document text NOT NULL,
    account text NOT NULL,
    customer text NOT NULL,
    currency text NOT NULL,
    debit numeric NOT NULL DEFAULT 0,
    credit numeric NOT NULL DEFAULT 0,
    posted timestamptz NOT NULL
);
CREATE INDEX postings_document ON postings (document);
CREATE INDEX postings_customer ON postings (customer, account);
CREATE TRIGGER postings_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION only_added();

-- What systems are to be asked to do. The key is made of the order and the cause: decided twice, it is one.
CREATE TABLE outbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    effect text NOT NULL UNIQUE,
    system text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    cause text NOT NULL,
    body bytea NOT NULL,
    amount numeric,
    currency text NOT NULL DEFAULT '',
    decided timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'unclear', 'done', 'refused', 'failed', 'dropped')),
    share text NOT NULL DEFAULT 'sync' CHECK (share IN ('checkout', 'sync', 'replay')),
    tries integer NOT NULL DEFAULT 0,
    due timestamptz NOT NULL,
    leased_until timestamptz,
    leased_by text,
    sent timestamptz,
    settled timestamptz,
    problem text,
    answer bytea
) WITH (fillfactor = 80);
CREATE INDEX outbox_due ON outbox (system, share, due, number) WHERE state IN ('waiting', 'unclear');
CREATE INDEX outbox_leased ON outbox (system, leased_until) WHERE state = 'sending';
CREATE INDEX outbox_problem ON outbox (number) WHERE state IN ('refused', 'failed');
CREATE INDEX outbox_unclear ON outbox (sent) WHERE state = 'unclear';
CREATE INDEX outbox_key ON outbox (key, number) WHERE state IN ('waiting', 'sending', 'unclear', 'failed');
CREATE INDEX outbox_of ON outbox (key);

-- How each system fares: the breaker and the budget, shared by all workers.
CREATE TABLE breakers (
    system text PRIMARY KEY,
    state text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')),
    failures integer NOT NULL DEFAULT 0,
    until timestamptz,
    changed timestamptz
);
CREATE TABLE budgets (
    system text NOT NULL,
    share text NOT NULL,
    starts timestamptz NOT NULL,
    used integer NOT NULL DEFAULT 0,
    PRIMARY KEY (system, share)
);

-- Who is told what happens here (Standard Webhooks), how far each is, and how it fares. The secret signs, so it is kept as it
-- is; the one before it signs too until `earlier_until`. `lease` names the one holder at a time.
CREATE TABLE subscribers (
    subscriber text PRIMARY KEY,
    url text NOT NULL,
    types text NOT NULL DEFAULT '*',
    customers text[],
    secret text NOT NULL,
    earlier_secret text,
    earlier_until timestamptz,
    state text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'paused', 'ended')),
    created timestamptz NOT NULL,
    reached bigint NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    due timestamptz NOT NULL,
    failing timestamptz,
    told timestamptz,
    problem text NOT NULL DEFAULT '',
    lease text,
    leased_until timestamptz
) WITH (fillfactor = 70);
CREATE INDEX subscribers_due ON subscribers (due) WHERE state = 'live';
-- What is told outside: CloudEvents of our own making (promises, cases) and those taken in. `written` is given when a row is
-- written, and rows become visible in another order than that; `number` is given once they are visible, by one at a time, and
-- is the sequence that readers go by. `id` is the same in every delivery.
CREATE TABLE outgoing (
    written bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint UNIQUE,
    id text NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    customer text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX outgoing_new ON outgoing (written) WHERE number IS NULL;
-- The last number given, in one row that whoever numbers holds; and how far each broker was told.
CREATE TABLE outgoing_head (one boolean PRIMARY KEY DEFAULT true CHECK (one), last bigint NOT NULL DEFAULT 0);
INSERT INTO outgoing_head DEFAULT VALUES;
CREATE TABLE outgoing_reached (
    reader text PRIMARY KEY,
    reached bigint NOT NULL DEFAULT 0,
    lease text,
    leased_until timestamptz
);

-- When something was last heard, and by when it must be heard again: of a feed, or of an order's stage.
CREATE TABLE clocks (
    clock text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('feed', 'stage')),
    last timestamptz NOT NULL,
    due timestamptz NOT NULL,
    facts text NOT NULL DEFAULT '{}',
    breached timestamptz
);
CREATE INDEX clocks_due ON clocks (kind, due);
-- When each system was heard, by five minutes: what its rhythm is learned from.
CREATE TABLE heard (
    system text NOT NULL,
    slot timestamptz NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    messages bigint NOT NULL,
    PRIMARY KEY (system, slot)
);

-- The contracts in force: one version of a kind of message of a system. A new version is a new row.
CREATE TABLE contracts (
    system text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    mode text NOT NULL CHECK (mode IN ('audit', 'strict')),
    body text NOT NULL,
    since timestamptz NOT NULL,
    by text NOT NULL DEFAULT '',
    PRIMARY KEY (system, kind, version)
);

-- Cases are told apart by a key of their kind's own; those of promises go on as they were.
ALTER TABLE cases ADD COLUMN key text NOT NULL DEFAULT '',
    ADD COLUMN due timestamptz,
    ADD COLUMN assigned text NOT NULL DEFAULT '',
    ADD COLUMN document text NOT NULL DEFAULT '',
    ADD COLUMN line integer NOT NULL DEFAULT 0,
    ADD COLUMN reopened integer NOT NULL DEFAULT 0,
    -- What the finding said, by content address; and who closed it, '' for the facts.
    ADD COLUMN digest text NOT NULL DEFAULT '',
    ADD COLUMN closed_by text NOT NULL DEFAULT '';
DROP INDEX cases_open;
CREATE UNIQUE INDEX cases_open ON cases (kind, coalesce(promise, ''), coalesce(item, ''), coalesce(site, ''))
    WHERE state = 'open' AND key = '';
CREATE UNIQUE INDEX cases_key ON cases (kind, key) WHERE state = 'open' AND key <> '';
CREATE INDEX cases_known ON cases (kind, key, id) WHERE key <> '';
CREATE INDEX cases_order ON cases ("order") WHERE "order" IS NOT NULL;
CREATE INDEX cases_customer ON cases (customer) WHERE state = 'open';
CREATE INDEX cases_document ON cases (document) WHERE state = 'open' AND document <> '';
CREATE INDEX cases_due ON cases (due) WHERE state = 'open';

-- What was done about a case, by whom: facts (by ''), or a person. Append-only.
CREATE TABLE case_history (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "case" text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL DEFAULT '',
    action text NOT NULL,
    note text NOT NULL DEFAULT '',
    facts text NOT NULL DEFAULT '{}'
);
CREATE INDEX case_history_case ON case_history ("case", number);
CREATE TRIGGER case_history_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON case_history
    FOR EACH STATEMENT EXECUTE FUNCTION only_added();

-- When the stock of an item at a site was counted, once something has left it since: the row of `stock` then says when that
-- left, so that no older count takes its place. It holds for the load that brought the count in.
CREATE TABLE shelf_counts (
    item text NOT NULL,
    site text NOT NULL,
    load_id bigint NOT NULL,
    counted timestamptz NOT NULL,
    PRIMARY KEY (item, site)
);

-- What is still wanted of an order's lines changes with every shipment: there is room for it beside them.
ALTER TABLE demand SET (fillfactor = 60);
