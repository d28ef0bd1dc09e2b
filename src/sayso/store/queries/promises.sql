-- name: lock
-- Locks a batch's accounts, items and promises in one order, and returns them with the world's version.
SELECT what, key, facts, value FROM lock_batch($1::text[], $2::text[], $3::text[])
UNION ALL SELECT 'world', '', w.facts, '' FROM world w;

-- name: peek
-- The same without a lock, for quotes.
SELECT 'account', a.account, a.facts, a.promised::text FROM accounts a WHERE a.account = ANY ($1::text[])
UNION ALL SELECT 'item', l.item, l.facts, l.taken FROM ledger l WHERE l.item = ANY ($2::text[])
UNION ALL SELECT 'promise', p.id, 0, p.state FROM promises p WHERE p.id = ANY ($3::text[])
UNION ALL SELECT 'world', '', w.facts, '' FROM world w;

-- name: answered
-- What was answered before under some Idempotency-Keys.
SELECT i.owner, i.key, i.asked, i.promise, i.status, i.body, i.made
FROM unnest($1::text[], $2::text[]) AS a (owner, key)
JOIN idempotency i ON i.owner = a.owner AND i.key = a.key;

-- name: keep_answer
-- Keeps an answer that was given outside a batch, unless there is one under its key already.
INSERT INTO idempotency (owner, key, asked, promise, status, body, made) VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7)
ON CONFLICT DO NOTHING RETURNING 1;

-- name: promises
-- Promises by their number.
SELECT id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, "order", ended, why
FROM promises WHERE id = ANY ($1::text[]);

-- name: referenced
-- The live holds on some references of the storefront.
SELECT p.id, p.state, p.customer, p.account, p.channel, p.reference, p.asked, p.verdict, p.amount, p.made,
    p.expires, p."order", p.ended, p.why
FROM unnest($1::text[], $2::text[], $3::text[]) AS r (customer, channel, reference)
JOIN promises p ON p.customer = r.customer AND p.channel = r.channel AND p.reference = r.reference
WHERE p.state = 'held' AND p.reference <> '';

-- name: due
-- Holds whose time is up, the oldest first.
SELECT id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, "order", ended, why
FROM promises WHERE state = 'held' AND expires <= $1 ORDER BY expires LIMIT $2;

-- name: orders
-- Orders by their number.
SELECT "order", promise, customer, account, po, asked, state, placed, changed, ended, why
FROM orders WHERE "order" = ANY ($1::text[]);

-- name: order_of
-- The order that stands on a promise.
SELECT "order" FROM orders WHERE promise = $1;

-- name: reservations
-- What live promises take.
SELECT promise, place, line, item, site, variant, day, quantity, allocation, account, amount, state
FROM reservations WHERE promise = ANY ($1::text[]) ORDER BY promise, place;

-- name: decided
-- The last decision under a promise's number; `since` is when the number was made, so that older months stay closed.
SELECT id, made, customer, account, verdict, answer, evidence FROM decisions
WHERE id = $1 AND made >= $2 ORDER BY made DESC LIMIT 1;

-- name: decided_at
-- The decision under a promise's number that was made at a moment.
SELECT id, made, customer, account, verdict, answer, evidence FROM decisions WHERE id = $1 AND made = $2;

-- name: settle
-- Changes the state of promises, and of the orders on them. An empty text leaves a column as it is.
WITH changed AS (
    UPDATE promises p SET state = v.state, "order" = coalesce(nullif(v.placed_as, ''), p."order"),
        expires = coalesce(v.expires, p.expires), ended = v.ended, why = nullif(v.why, '')
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
        AS v (id, state, placed_as, expires, ended, why)
    WHERE p.id = v.id
), gone AS (
    DELETE FROM reservations WHERE promise = ANY ($7::text[])
), settled AS (
    UPDATE cases c SET state = 'closed', closed = v.ended, closed_why = 'the promise ended'
    FROM unnest($1::text[], $5::timestamptz[]) AS v (id, ended)
    WHERE c.state = 'open' AND c.promise = v.id AND v.ended IS NOT NULL
    RETURNING c.id, c.closed, c.closed_why
), told AS (
    INSERT INTO case_history ("case", at, action, note) SELECT id, closed, 'closed', closed_why FROM settled
)
UPDATE orders o SET state = v.state, ended = v.ended, why = nullif(v.why, '')
FROM unnest($8::text[], $9::text[], $10::timestamptz[], $11::text[]) AS v (number, state, ended, why)
WHERE o."order" = v.number;

-- name: write
-- Writes what a batch decided, under locks that are held; arrays come as literals (see sayso.store.promises.array).
SELECT write_batch(
    $1::text::text[], $2::text::text[], $3::text::text[], $4::text::numeric[], $5::text::text[],
    $6::text::text[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::text[], $11::text::text[],
    $12::text::text[], $13::text::numeric[], $14::text::timestamptz[], $15::text::timestamptz[],
    $16::text::text[], $17::text::text[], $18::text::int[], $19::text::int[], $20::text::text[],
    $21::text::text[], $22::text::text[], $23::text::date[], $24::text::numeric[], $25::text::text[],
    $26::text::text[], $27::text::numeric[], $28::text::text[], $29::text::text[], $30::text::text[],
    $31::text::text[], $32::text::text[], $33::text::smallint[], $34::bytea[], $35::text::timestamptz[],
    $36::text::text[], $37::text::timestamptz[], $38::text::text[], $39::text::text[], $40::text::text[],
    $41::bytea[], $42::bytea[]);

-- name: settle_batch
-- Locks, compares and writes in one call: true if everything stood as expected and was written, else nothing was.
SELECT settle_batch($1::bigint, $2::text::text[], $3::text::bigint[], $4::text::numeric[], $5::text::text[],
    $6::text::bigint[], $7::text::text[], $8::text::text[], $9::text::text[], $10::text::text[],
    $11::text::text[], $12::text::text[], $13::text::text[], $14::text::numeric[], $15::text::text[],
    $16::text::text[], $17::text::text[], $18::text::text[], $19::text::text[], $20::text::text[],
    $21::text::text[], $22::text::text[], $23::text::numeric[], $24::text::timestamptz[],
    $25::text::timestamptz[], $26::text::text[], $27::text::text[], $28::text::int[], $29::text::int[],
    $30::text::text[], $31::text::text[], $32::text::text[], $33::text::date[], $34::text::numeric[],
    $35::text::text[], $36::text::text[], $37::text::numeric[], $38::text::text[], $39::text::text[],
    $40::text::text[], $41::text::text[], $42::text::text[], $43::text::smallint[], $44::bytea[],
    $45::text::timestamptz[], $46::text::text[], $47::text::timestamptz[], $48::text::text[], $49::text::text[],
    $50::text::text[], $51::bytea[], $52::bytea[]);

-- name: write_orders
-- Writes orders; a rejected one may be placed again under its number.
INSERT INTO orders ("order", promise, customer, account, po, asked, state, placed, changed)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::text[])
ON CONFLICT ("order") DO UPDATE SET promise = excluded.promise, customer = excluded.customer,
    account = excluded.account, po = excluded.po, asked = excluded.asked, state = excluded.state,
    placed = excluded.placed, changed = excluded.changed, ended = NULL, why = NULL
WHERE orders.state = 'rejected'
RETURNING "order";

-- name: forget_answers
-- Forgets answers that no retry will ask for any more.
DELETE FROM idempotency WHERE made < $1;
