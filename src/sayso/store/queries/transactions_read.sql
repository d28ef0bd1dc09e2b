-- name: listed
-- Transactions that are as asked, by the number of the order, a page at a time. $4: operational, financial, or '' for all.
SELECT "order", customer, currency, stage, operational, financial, amount, placed, changed, state FROM transactions
WHERE ($1 = '' OR stage = $1) AND ($2 = '' OR customer = $2) AND ($3::text[] IS NULL OR customer = ANY ($3))
    AND CASE $4 WHEN 'operational' THEN NOT operational WHEN 'financial' THEN NOT financial ELSE true END
    AND ($5::timestamptz IS NULL OR changed >= $5) AND "order" > $6
ORDER BY "order" LIMIT $7;

-- name: one
-- The state of an order.
SELECT "order", customer, currency, stage, operational, financial, amount, placed, changed, state FROM transactions
WHERE "order" = $1;

-- name: documents
-- Everything that was told of an order, in the order of what happened.
SELECT d.number, d.family, d.document, d.revision, d.digest, d.type, d.subject, d.occurred, d.received, d.source, d.message,
    d.data
FROM concerns c JOIN documents d ON d.number = c.document
WHERE c.key = 'order ' || $1::text AND ($2::timestamptz IS NULL OR d.received <= $2)
ORDER BY d.occurred, d.number;

-- name: effects
-- What was decided to be done outside for an order, and what came of it.
SELECT effect, system, kind, cause, amount, currency, decided, state, tries, sent, settled, problem FROM outbox
WHERE key = $1 ORDER BY number;

-- name: cases
-- The cases of an order, those of its promise among them.
SELECT id, kind, state, owner, opened, closed, customer, item, line, amount, currency, next_step, closed_why, due, assigned
FROM cases WHERE "order" = $1 ORDER BY opened, id;

-- name: case_history
-- What was done about some cases.
SELECT "case", at, by, action, note FROM case_history WHERE "case" = ANY ($1::text[]) ORDER BY number;

-- name: held_messages
-- Messages about an order that are not applied: held back, or waiting behind one that is.
SELECT number, source, id, kind, state, received, problem FROM inbox
WHERE key = $1 AND state IN ('quarantined', 'waiting', 'behind') ORDER BY number;

-- name: promise
-- The promise that an order stands on.
SELECT o.promise, o.placed, o.customer, p.made, p.verdict, p.amount, p.expires, p.state
FROM orders o LEFT JOIN promises p ON p.id = o.promise WHERE o."order" = $1;

-- name: promise_ends
-- How a promise ended, word by word.
SELECT ended, how, cause, by FROM promise_ends WHERE promise = $1 ORDER BY number;

-- name: redatings
-- What became of the dates of a promise, word by word.
SELECT line, item, site, promised, day, quantity, because, at FROM redatings WHERE promise = $1 ORDER BY number;

-- name: stages
-- Orders by stage, with their money.
SELECT stage, currency, count(*) AS orders, sum(amount) AS amount,
    count(*) FILTER (WHERE NOT operational) AS operational, count(*) FILTER (WHERE NOT financial) AS financial
FROM transactions GROUP BY stage, currency ORDER BY stage, currency;

-- name: case_loads
-- Open cases by owner and kind, with the money at stake and how many are overdue at a moment.
SELECT owner, kind, coalesce(currency, '') AS currency, count(*) AS cases, sum(amount) AS amount,
    count(*) FILTER (WHERE due < $1) AS overdue, min(opened) AS oldest
FROM cases WHERE state = 'open' GROUP BY owner, kind, coalesce(currency, '') ORDER BY owner, kind, currency;

-- name: messages_held
-- Messages that are held back or waiting, by the system that sent them.
SELECT source, state, count(*) AS messages, min(received) AS oldest FROM inbox
WHERE state IN ('quarantined', 'waiting', 'behind') GROUP BY source, state ORDER BY source, state;

-- name: effects_open
-- What is still to be done outside, by system and state.
SELECT system, state, count(*) AS effects, min(decided) AS oldest, max(problem) AS problem FROM outbox
WHERE state IN ('waiting', 'sending', 'unclear', 'failed') GROUP BY system, state ORDER BY system, state;

-- name: breakers
-- How each system fares.
SELECT system, state, failures, until FROM breakers ORDER BY system;

-- name: heard
-- When each system was last heard, and by when its feed must be heard again.
SELECT regexp_replace(clock, '^feed ', '') AS system, last AS last_heard, nullif(due, 'infinity') AS due, breached
FROM clocks WHERE kind = 'feed' ORDER BY clock;

-- name: tellings
-- Every document once, by its highest revision (of changes of orders, each), with what it is about.
SELECT d.number, d.family, d.document, d.revision, d.type, d.subject, d.occurred, d.received, d.source, d.data,
    ARRAY(SELECT c.key FROM concerns c WHERE c.document = d.number ORDER BY c.key) AS keys
FROM (
    SELECT DISTINCT ON (family, document, CASE WHEN family = 'order.changed' THEN revision END) number
    FROM documents WHERE $1::timestamptz IS NULL OR occurred >= $1
    ORDER BY family, document, CASE WHEN family = 'order.changed' THEN revision END, revision DESC, digest
) v JOIN documents d USING (number)
ORDER BY d.number;

-- name: states
-- The states of all orders.
SELECT "order", customer, currency, stage, amount, placed, changed, operational, financial, state FROM transactions
ORDER BY "order";

-- name: all_cases
-- All cases that are about an order.
SELECT id, kind, owner, opened, closed, "order", coalesce(customer, '') AS customer, amount, coalesce(currency, '') AS currency,
    coalesce(closed_why, '') AS closed_why
FROM cases WHERE "order" IS NOT NULL ORDER BY id;
