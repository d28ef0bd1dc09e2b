-- What is promised: the rows that are locked, the promises and their reservations, and the record of every decision.

-- One row per item: the unit of locking. `facts` counts the loads that touched the item; `taken` is what live
-- reservations take of it at all sites, as JSON (see sayso.promise.cards.Taken). Few columns and room on the
-- page, because this row is written with every promise.
CREATE TABLE ledger (
    item text PRIMARY KEY,
    facts bigint NOT NULL DEFAULT 0,
    taken text NOT NULL DEFAULT '{}'
) WITH (fillfactor = 60);

-- One row per credit account (the top of its tree): locked before items. `promised` is the money of live
-- reservations, in the account's currency.
CREATE TABLE accounts (
    account text PRIMARY KEY,
    facts bigint NOT NULL DEFAULT 0,
    promised numeric NOT NULL DEFAULT 0
) WITH (fillfactor = 60);

-- The credit account of each customer, kept by the loads that change it (see credit_top), with what it was made from.
CREATE TABLE tops (
    customer text PRIMARY KEY,
    account text NOT NULL,
    bill_to text NOT NULL,
    parent text NOT NULL
);

-- The version of everything that belongs to no single item or account.
CREATE TABLE world (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    facts bigint NOT NULL DEFAULT 0
);
INSERT INTO world DEFAULT VALUES;

-- The facts that decisions were made from, by content address: item, account and world cards, and policies.
CREATE TABLE cards (
    address text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('item', 'account', 'world', 'policy')),
    body text NOT NULL
);

-- Every decision as it was answered, with the evidence to make it again. Append-only, a partition a month.
CREATE TABLE decisions (
    id text NOT NULL,
    made timestamptz NOT NULL,
    customer text NOT NULL,
    account text NOT NULL,
    verdict text NOT NULL,
    answer bytea NOT NULL,
    evidence bytea NOT NULL,
    PRIMARY KEY (id, made)
) PARTITION BY RANGE (made);

-- Kept in the row and compressed by lz4 where this PostgreSQL has it: a decision is written once and rarely read.
DO $$ BEGIN
    ALTER TABLE decisions ALTER COLUMN answer SET STORAGE MAIN, ALTER COLUMN evidence SET STORAGE MAIN;
    IF (SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression') THEN
        ALTER TABLE decisions ALTER COLUMN answer SET COMPRESSION lz4, ALTER COLUMN evidence SET COMPRESSION lz4;
    END IF;
END $$;

-- What is held, and what became of it. `place` orders promises made in one moment.
CREATE TABLE promises (
    id text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('held', 'ordered', 'released', 'expired', 'replaced', 'cancelled')),
    customer text NOT NULL,
    account text NOT NULL,
    channel text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',
    asked text NOT NULL,
    verdict text NOT NULL,
    amount numeric NOT NULL,
    made timestamptz NOT NULL,
    expires timestamptz NOT NULL,
    "order" text,
    ended timestamptz,
    why text
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX promises_reference ON promises (customer, channel, reference)
    WHERE state = 'held' AND reference <> '';
CREATE INDEX promises_expiry ON promises (expires) WHERE state = 'held';

-- What live promises take, one row per part and item: they end with the hold, or when the ERP reports the order.
-- `amount` is the share of the promise's money that goes with the row.
CREATE TABLE reservations (
    promise text NOT NULL,
    place integer NOT NULL,
    line integer NOT NULL,
    item text NOT NULL,
    site text NOT NULL,
    variant text NOT NULL DEFAULT '',
    day date NOT NULL,
    quantity numeric NOT NULL,
    allocation text NOT NULL DEFAULT '',
    account text NOT NULL,
    amount numeric NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT '',
    PRIMARY KEY (promise, place)
);
CREATE INDEX reservations_item ON reservations (item);

-- Orders placed on promises. `changed` is what differs from an expired promise, line by line.
CREATE TABLE orders (
    "order" text PRIMARY KEY,
    promise text NOT NULL,
    customer text NOT NULL,
    account text NOT NULL,
    po text NOT NULL DEFAULT '',
    asked text NOT NULL,
    state text NOT NULL CHECK (state IN ('placed', 'countersigned', 'held', 'rejected', 'cancelled', 'complete')),
    placed timestamptz NOT NULL,
    changed text NOT NULL DEFAULT '[]',
    ended timestamptz,
    why text
);
CREATE UNIQUE INDEX orders_promise ON orders (promise);

-- Answers to writes, so that a repeated call is answered alike. Promises keep their answer in decisions.
CREATE TABLE idempotency (
    owner text NOT NULL,
    key text NOT NULL,
    asked text NOT NULL,
    promise text,
    status smallint,
    body bytea,
    made timestamptz NOT NULL,
    PRIMARY KEY (owner, key)
);
CREATE INDEX idempotency_made ON idempotency USING brin (made);

-- Work for people: what went wrong, whose it is, the money at stake and the next step.
CREATE TABLE cases (
    id text PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    owner text NOT NULL,
    opened timestamptz NOT NULL,
    closed timestamptz,
    promise text,
    "order" text,
    customer text,
    item text,
    site text,
    amount numeric,
    currency text,
    next_step text NOT NULL,
    facts text NOT NULL DEFAULT '{}',
    closed_why text
);
CREATE UNIQUE INDEX cases_open ON cases (kind, coalesce(promise, ''), coalesce(item, ''), coalesce(site, '')) WHERE state = 'open';
CREATE INDEX cases_promise ON cases (promise) WHERE state = 'open';

-- Corrections of the reservation ledger: what stood, what its documents say, and who had it mended.
CREATE TABLE ledger_mends (
    id text PRIMARY KEY,
    mended timestamptz NOT NULL,
    by text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    stood text NOT NULL,
    mended_to text NOT NULL,
    documents text NOT NULL
);

-- Locks a batch's accounts, then its items, then its promises, each in one sorted order, and returns what they hold.
-- `what`: 'account' (facts, promised), 'item' (facts, taken), 'promise' (0, state).
CREATE FUNCTION lock_batch(of_accounts text[], of_items text[], of_promises text[])
RETURNS TABLE (what text, key text, facts bigint, value text)
LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(of_accounts) > 0 THEN
        RETURN QUERY
            SELECT 'account', a.account, a.facts, a.promised::text FROM accounts a
            WHERE a.account = ANY (of_accounts) ORDER BY a.account FOR UPDATE;
    END IF;
    IF cardinality(of_items) > 0 THEN
        RETURN QUERY
            SELECT 'item', l.item, l.facts, l.taken FROM ledger l
            WHERE l.item = ANY (of_items) ORDER BY l.item FOR UPDATE;
    END IF;
    IF cardinality(of_promises) > 0 THEN
        RETURN QUERY
            SELECT 'promise', p.id, 0::bigint, p.state FROM promises p
            WHERE p.id = ANY (of_promises) ORDER BY p.id FOR UPDATE;
    END IF;
END $$;

-- The top of a customer's credit tree: its bill_to, else itself, and from there up by parent. A loop ends where it closes.
CREATE FUNCTION credit_top(of_customer text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    here text;
    above text;
    seen text[] := '{}';
BEGIN
    SELECT coalesce(nullif(c.bill_to, ''), c.customer) INTO here FROM customers c
        WHERE c.customer = of_customer AND NOT c.deleted;
    IF here IS NULL THEN
        RETURN of_customer;
    END IF;
    LOOP
        seen := seen || here;
        SELECT nullif(c.parent, '') INTO above FROM customers c WHERE c.customer = here AND NOT c.deleted;
        EXIT WHEN above IS NULL OR above = ANY (seen);
        here := above;
    END LOOP;
    RETURN here;
END $$;

-- A price row as cards carry it.
CREATE FUNCTION price_line(p prices) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'line_type', p.line_type, 'source_type', p.source_type, 'source', p.source, 'target_type', p.target_type,
        'target', p.target, 'uom', p.uom, 'currency', p.currency, 'variant', p.variant,
        'min_quantity', p.min_quantity::text, 'starts', nullif(p.starts, '-infinity'::date), 'ends', p.ends,
        'price', p.price::text, 'discount_percent', p.discount_percent::text, 'margin_percent', p.margin_percent::text,
        'includes_tax', coalesce(p.includes_tax, false), 'priority', coalesce(p.priority, 0),
        'country', coalesce(p.country, ''), 'allow_discount', coalesce(p.allow_discount, true)))
$$;

-- Writes what a batch decided, under locks that are held: the ledger and the accounts as they now stand, promises,
-- reservations, decisions, and answers under their Idempotency-Keys.
CREATE FUNCTION write_batch(
    taken_items text[],
    taken_as text[],
    owing text[],
    owing_as numeric[],
    p_id text[],
    p_state text[],
    p_customer text[],
    p_account text[],
    p_channel text[],
    p_reference text[],
    p_asked text[],
    p_verdict text[],
    p_amount numeric[],
    p_made timestamptz[],
    p_expires timestamptz[],
    p_placed_as text[],
    r_promise text[],
    r_place int[],
    r_line int[],
    r_item text[],
    r_site text[],
    r_variant text[],
    r_day date[],
    r_quantity numeric[],
    r_allocation text[],
    r_account text[],
    r_amount numeric[],
    r_state text[],
    a_owner text[],
    a_key text[],
    a_asked text[],
    a_promise text[],
    a_status smallint[],
    a_body bytea[],
    a_made timestamptz[],
    d_id text[],
    d_made timestamptz[],
    d_customer text[],
    d_account text[],
    d_verdict text[],
    d_answer bytea[],
    d_evidence bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH items AS (
        UPDATE ledger l SET taken = v.taken FROM unnest(taken_items, taken_as) AS v (item, taken) WHERE l.item = v.item
    ), money AS (
        UPDATE accounts a SET promised = v.promised
        FROM unnest(owing, owing_as) AS v (account, promised) WHERE a.account = v.account
    ), made AS (
        INSERT INTO promises (id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, "order")
        SELECT id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, nullif(placed_as, '')
        FROM unnest(p_id, p_state, p_customer, p_account, p_channel,
            p_reference, p_asked, p_verdict,
            p_amount, p_made, p_expires, p_placed_as)
            AS v (id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, placed_as)
    ), taken AS (
        INSERT INTO reservations (promise, place, line, item, site, variant, day, quantity, allocation, account, amount, state)
        SELECT * FROM unnest(r_promise, r_place, r_line, r_item, r_site,
            r_variant, r_day,
            r_quantity, r_allocation, r_account, r_amount, r_state)
    ), keys AS (
        INSERT INTO idempotency (owner, key, asked, promise, status, body, made)
        SELECT owner, key, asked, nullif(promise, ''), status, body, made
        FROM unnest(a_owner, a_key, a_asked, a_promise, a_status, a_body, a_made)
            AS v (owner, key, asked, promise, status, body, made)
    )
    INSERT INTO decisions (id, made, customer, account, verdict, answer, evidence)
    SELECT * FROM unnest(d_id, d_made, d_customer, d_account, d_verdict, d_answer, d_evidence);
END $$;

-- Locks a batch's accounts and items in the one order, and writes what was decided ahead if they still hold what was
-- believed when it was decided. Returns false, with nothing written, where they do not.
CREATE FUNCTION settle_batch(
    of_world bigint, of_accounts text[], account_facts bigint[], account_promised numeric[],
    of_items text[], item_facts bigint[], item_taken text[], c_address text[], c_kind text[], c_body text[],
    taken_items text[],
    taken_as text[],
    owing text[],
    owing_as numeric[],
    p_id text[],
    p_state text[],
    p_customer text[],
    p_account text[],
    p_channel text[],
    p_reference text[],
    p_asked text[],
    p_verdict text[],
    p_amount numeric[],
    p_made timestamptz[],
    p_expires timestamptz[],
    p_placed_as text[],
    r_promise text[],
    r_place int[],
    r_line int[],
    r_item text[],
    r_site text[],
    r_variant text[],
    r_day date[],
    r_quantity numeric[],
    r_allocation text[],
    r_account text[],
    r_amount numeric[],
    r_state text[],
    a_owner text[],
    a_key text[],
    a_asked text[],
    a_promise text[],
    a_status smallint[],
    a_body bytea[],
    a_made timestamptz[],
    d_id text[],
    d_made timestamptz[],
    d_customer text[],
    d_account text[],
    d_verdict text[],
    d_answer bytea[],
    d_evidence bytea[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(of_accounts) <> (
        SELECT count(*) FROM (
            SELECT a.account, a.facts, a.promised FROM accounts a WHERE a.account = ANY (of_accounts)
            ORDER BY a.account FOR UPDATE) a
        JOIN unnest(of_accounts, account_facts, account_promised) AS e (account, facts, promised)
            ON e.account = a.account AND e.facts = a.facts AND e.promised = a.promised)
    THEN
        RETURN false;
    END IF;
    IF cardinality(of_items) <> (
        SELECT count(*) FROM (
            SELECT l.item, l.facts, l.taken FROM ledger l WHERE l.item = ANY (of_items)
            ORDER BY l.item FOR UPDATE) l
        JOIN unnest(of_items, item_facts, item_taken) AS e (item, facts, taken)
            ON e.item = l.item AND e.facts = l.facts AND e.taken = l.taken)
    THEN
        RETURN false;
    END IF;
    IF of_world <> (SELECT w.facts FROM world w) THEN
        RETURN false;
    END IF;
    IF cardinality(c_address) > 0 THEN
        INSERT INTO cards (address, kind, body) SELECT * FROM unnest(c_address, c_kind, c_body)
        ON CONFLICT (address) DO NOTHING;
    END IF;
    PERFORM write_batch(
    taken_items, taken_as, owing, owing_as, p_id, p_state, p_customer, p_account, p_channel, p_reference,
    p_asked, p_verdict, p_amount, p_made, p_expires, p_placed_as, r_promise, r_place, r_line, r_item, r_site,
    r_variant, r_day, r_quantity, r_allocation, r_account, r_amount, r_state, a_owner, a_key, a_asked, a_promise,
    a_status, a_body, a_made, d_id, d_made, d_customer, d_account, d_verdict, d_answer, d_evidence);
    RETURN true;
END $$;
