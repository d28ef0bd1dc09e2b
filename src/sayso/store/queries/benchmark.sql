-- name: give_back_stock
-- Takes nothing of any item; the versions of facts stay.
UPDATE ledger SET taken = '{}' WHERE taken <> '{}';

-- name: give_back_money
-- Promises nothing on any account; the versions of facts stay.
UPDATE accounts SET promised = 0 WHERE promised <> 0;

-- name: forget_decisions
-- Forgets the decisions that were made since a moment.
DELETE FROM decisions WHERE made >= $1;

-- name: forget_holds
-- Forgets what is held; what has ended stays.
DELETE FROM promises WHERE state = 'held';

-- name: counts
-- Live holds, and of the decisions since a moment their number and how many transactions wrote them.
SELECT (SELECT count(*) FROM promises WHERE state = 'held'), count(*), count(DISTINCT d.xmin::text)
FROM decisions d WHERE d.made >= $1;

-- name: remember_decisions
-- Records so many decisions of the two years before a moment, each with the same answer and evidence.
INSERT INTO decisions (id, made, customer, account, verdict, answer, evidence)
SELECT 'prm_' || lpad(to_hex((extract(epoch FROM v.made) * 1000)::bigint), 12, '0') || substr(md5(v.number::text), 1, 14), v.made,
    v.customer, v.customer, 'firm', $3, $4
FROM (SELECT g AS number, 'C' || lpad((g::bigint * 7919 % $5)::text, 6, '0') AS customer,
        $1::timestamptz - (1 + ($2 - g) * 729.0 / $2) * interval '1 day' AS made
    FROM generate_series(1, $2::integer) AS g) AS v;

-- name: remember_promises
-- Records a promise for each recorded decision: most became orders that the ERP has long reported, the rest expired or were released.
INSERT INTO promises (id, state, customer, account, channel, reference, asked, verdict, amount, made, expires, "order", ended)
SELECT id, state, customer, account, 'web', 'cart-' || number, left(md5(id), 22), 'firm', 123.45, made, made + interval '15 minutes',
    CASE WHEN state = 'ordered' THEN 'WEB-' || number END, CASE WHEN state <> 'ordered' THEN made + interval '15 minutes' END
FROM (SELECT d.*, row_number() OVER (ORDER BY d.made) AS number,
        (ARRAY['expired', 'released', 'expired', 'ordered', 'ordered', 'ordered', 'ordered', 'ordered', 'ordered', 'ordered'])
            [row_number() OVER (ORDER BY d.made) % 10 + 1] AS state
    FROM decisions d) AS v;

-- name: remember_orders
-- Records the orders that recorded promises became.
INSERT INTO orders ("order", promise, customer, account, po, asked, state, placed)
SELECT "order", id, customer, account, '', asked, 'complete', made FROM promises WHERE state = 'ordered';

-- name: remember_answers
-- Records an Idempotency-Key for each recorded promise.
INSERT INTO idempotency (owner, key, asked, promise, status, body, made)
SELECT 'bench', md5(id), asked, id, 200, '', made FROM promises;

-- name: oversold
-- Places that holds have taken below zero, from the rows alone: the balance of each day from the first that a hold
-- leans on. Demand without a date and demand whose date has passed count today; inbound whose date has passed is not there.
WITH held AS MATERIALIZED (
    SELECT item, site, variant, greatest(day, current_date) AS day, sum(quantity) AS quantity
    FROM reservations WHERE item <> '' AND state <> 'backorder' GROUP BY 1, 2, 3, 4
), places AS MATERIALIZED (
    SELECT item, site, variant, min(day) AS since FROM held GROUP BY 1, 2, 3
), events AS (
    SELECT p.item, p.site, p.variant, current_date AS day,
        coalesce(s.on_hand, 0) - coalesce(s.reserved, 0) - coalesce(s.safety_stock, 0) AS quantity
    FROM places p LEFT JOIN stock s ON s.item = p.item AND s.site = p.site AND s.variant = p.variant AND NOT s.deleted
    UNION ALL
    SELECT p.item, p.site, p.variant, b.due, b.quantity - coalesce(b.reserved, 0)
    FROM places p JOIN inbound b ON b.item = p.item AND b.site = p.site AND b.variant = p.variant
    WHERE NOT b.deleted AND b.due >= current_date AND coalesce(b.status, 'confirmed') = 'confirmed'
        AND coalesce(b.kind, 'purchase') <> 'planned'
    UNION ALL
    SELECT p.item, p.site, p.variant, greatest(coalesce(d.due, d.planned, d.requested, current_date), current_date),
        -(d.quantity - coalesce(d.reserved, 0))
    FROM places p JOIN demand d ON d.item = p.item AND d.site = p.site AND d.variant = p.variant
    WHERE NOT d.deleted AND coalesce(d.kind, '') <> 'allocation' AND coalesce(d.status, 'confirmed') = 'confirmed'
        AND coalesce(d.fulfilment, 'stock') = 'stock'
    UNION ALL
    SELECT p.item, p.site, p.variant, greatest(coalesce(d.due, d.planned, d.requested, current_date), current_date),
        -greatest(d.quantity - coalesce(drawn.quantity, 0), 0)
    FROM places p JOIN demand d ON d.item = p.item AND d.site = p.site AND d.variant = p.variant
    LEFT JOIN (
        SELECT item, allocation, sum(quantity) AS quantity FROM reservations WHERE allocation <> '' GROUP BY 1, 2
    ) drawn ON drawn.item = d.item AND drawn.allocation = d.document || '/' || d.line
    WHERE NOT d.deleted AND d.kind = 'allocation' AND coalesce(d.status, 'confirmed') = 'confirmed'
    UNION ALL
    SELECT item, site, variant, day, -quantity FROM held
), days AS (
    SELECT item, site, variant, day, sum(quantity) AS quantity FROM events GROUP BY 1, 2, 3, 4
), balances AS (
    SELECT d.item, d.site, d.variant, d.day, sum(d.quantity) OVER (PARTITION BY d.item, d.site, d.variant ORDER BY d.day) AS balance
    FROM days d
)
SELECT b.item, b.site, b.day::text, b.balance
FROM balances b JOIN places p ON p.item = b.item AND p.site = b.site AND p.variant = b.variant
WHERE b.balance < 0 AND b.day >= p.since
ORDER BY b.item, b.site, b.day LIMIT 100;

-- name: over_limit
-- Accounts that holds have taken over their limit, from the rows alone; everything is in one currency.
WITH held AS (
    SELECT account, sum(amount) AS amount FROM reservations GROUP BY account HAVING sum(amount) > 0
), owed AS (
    SELECT t.account, sum(r.open) AS amount FROM tops t JOIN receivables r ON r.customer = t.customer AND NOT r.deleted
    WHERE t.account IN (SELECT account FROM held) GROUP BY t.account
), ordered AS (
    SELECT t.account, sum(coalesce(d.amount, 0) + coalesce(d.amount_shipped_not_invoiced, 0)) AS amount
    FROM tops t JOIN demand d ON d.customer = t.customer AND NOT d.deleted
        AND coalesce(d.status, 'confirmed') = 'confirmed' AND coalesce(d.kind, '') <> 'allocation'
    WHERE t.account IN (SELECT account FROM held) GROUP BY t.account
)
SELECT h.account, c.credit_limit, h.amount + coalesce(w.amount, 0) + coalesce(o.amount, 0) AS exposure
FROM held h JOIN customers c ON c.customer = h.account
LEFT JOIN owed w ON w.account = h.account LEFT JOIN ordered o ON o.account = h.account
WHERE c.credit_limit > 0 AND h.amount + coalesce(w.amount, 0) + coalesce(o.amount, 0) > c.credit_limit
ORDER BY h.account LIMIT 100;

-- name: sample_decision
-- A decision that was held, with an answer of the usual length.
SELECT d.answer, d.evidence FROM decisions d JOIN promises p ON p.id = d.id
ORDER BY length(d.answer) OFFSET (SELECT count(*) / 2 FROM promises) LIMIT 1;

-- name: sample_taken
-- What is taken of an item with a text of the usual length.
SELECT taken FROM ledger WHERE taken <> '{}'
ORDER BY length(taken) OFFSET (SELECT count(*) / 2 FROM ledger WHERE taken <> '{}') LIMIT 1;

-- name: wal_position
-- Bytes of write-ahead log written so far.
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint;

-- name: setting
-- A setting of the server as it runs.
SELECT current_setting($1);

-- name: least_writes
-- The least that writes what a held promise writes, for pgbench: five ledger rows and an account locked and changed,
-- a promise, five reservations and a decision inserted. Decides nothing, and writes texts of the sizes it is given.
WITH made AS MATERIALIZED (
    SELECT 'prm_' || lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
        || substr(md5(random()::text), 1, 14) AS id
), lines AS MATERIALIZED (
    SELECT place, 'I' || lpad(number, 7, '0') AS item
    FROM (VALUES (0, :i1::text), (1, :i2::text), (2, :i3::text), (3, :i4::text), (4, :i5::text)) AS v (place, number)
), money AS MATERIALIZED (
    SELECT account FROM accounts WHERE account = 'C' || lpad(:a::text, 6, '0') FOR UPDATE
), locked AS MATERIALIZED (
    SELECT l.item FROM ledger l
    WHERE l.item = ANY (ARRAY(SELECT item FROM lines)) AND EXISTS (SELECT FROM money) ORDER BY l.item FOR UPDATE
), items AS (
    UPDATE ledger l SET taken = :taken FROM locked k WHERE l.item = k.item
), owed AS (
    UPDATE accounts a SET promised = a.promised + 100 FROM money m WHERE a.account = m.account
), kept AS (
    INSERT INTO promises (id, state, customer, account, channel, reference, asked, verdict, amount, made, expires)
    SELECT id, 'held', 'C' || lpad(:c::text, 6, '0'), 'C' || lpad(:a::text, 6, '0'), 'web', '',
        '47DEQpj8HBSa-_TImW-5JC', 'firm', 123.45, now(), now() + interval '15 minutes'
    FROM made
), taken AS (
    INSERT INTO reservations (promise, place, line, item, site, variant, day, quantity, allocation, account, amount, state)
    SELECT m.id, l.place, l.place + 1, l.item, 'S01', '', current_date, 4, '', 'C' || lpad(:a::text, 6, '0'), 24.69, 'in_stock'
    FROM made m, lines l
)
INSERT INTO decisions (id, made, customer, account, verdict, answer, evidence)
SELECT id, now(), 'C' || lpad(:c::text, 6, '0'), 'C' || lpad(:a::text, 6, '0'), 'firm',
    convert_to(:answer, 'UTF8'), convert_to(:evidence, 'UTF8')
FROM made;
