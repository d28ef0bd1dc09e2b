-- name: drift
-- Where the reservation ledger does not say what its reservations say: items by place and day, drawn allocations,
-- and accounts. `stood` is the ledger, `says` the sum of the documents.
WITH held AS (
    SELECT item, CASE WHEN variant = '' THEN site ELSE site || '|' || variant END AS place, day::text AS day,
        sum(quantity) AS quantity, string_agg(DISTINCT promise, ', ' ORDER BY promise) AS documents
    FROM reservations WHERE quantity <> 0 GROUP BY 1, 2, 3
), kept AS (
    SELECT l.item, p.key AS place, d.key AS day, d.value::numeric AS quantity
    FROM ledger l, jsonb_each(coalesce(l.taken::jsonb -> 'by_place', '{}')) p, jsonb_each_text(p.value) d
    WHERE l.taken <> '{}'
), drawn AS (
    SELECT item, allocation, sum(quantity) AS quantity, string_agg(DISTINCT promise, ', ' ORDER BY promise) AS documents
    FROM reservations WHERE allocation <> '' GROUP BY 1, 2
), kept_drawn AS (
    SELECT l.item, d.key AS allocation, d.value::numeric AS quantity
    FROM ledger l, jsonb_each_text(coalesce(l.taken::jsonb -> 'drawn', '{}')) d WHERE l.taken <> '{}'
), owed AS (
    SELECT account, sum(amount) AS amount, string_agg(DISTINCT promise, ', ' ORDER BY promise) AS documents
    FROM reservations GROUP BY account
)
SELECT 'item' AS kind, coalesce(h.item, k.item) AS key, coalesce(h.place, k.place) || ' ' || coalesce(h.day, k.day) AS at,
    coalesce(k.quantity, 0)::text AS stood, coalesce(h.quantity, 0)::text AS says, coalesce(h.documents, '') AS documents
FROM held h FULL JOIN kept k ON k.item = h.item AND k.place = h.place AND k.day = h.day
WHERE coalesce(h.quantity, 0) <> coalesce(k.quantity, 0)
UNION ALL
SELECT 'item', coalesce(h.item, k.item), 'allocation ' || coalesce(h.allocation, k.allocation),
    coalesce(k.quantity, 0)::text, coalesce(h.quantity, 0)::text, coalesce(h.documents, '')
FROM drawn h FULL JOIN kept_drawn k ON k.item = h.item AND k.allocation = h.allocation
WHERE coalesce(h.quantity, 0) <> coalesce(k.quantity, 0)
UNION ALL
SELECT 'account', coalesce(o.account, a.account), 'promised', coalesce(a.promised, 0)::text, coalesce(o.amount, 0)::text,
    coalesce(o.documents, '')
FROM owed o FULL JOIN accounts a ON a.account = o.account
WHERE coalesce(o.amount, 0) <> coalesce(a.promised, 0)
ORDER BY 1, 2, 3;

-- name: strays
-- Reservations of promises that have ended, or that no promise stands behind.
SELECT r.promise, r.place, r.item, r.site, r.quantity::text AS quantity, coalesce(p.state, 'unknown') AS state
FROM reservations r LEFT JOIN promises p ON p.id = r.promise
WHERE p.id IS NULL OR p.state NOT IN ('held', 'ordered')
ORDER BY r.promise, r.place;

-- name: counts
-- How much there is to audit.
SELECT (SELECT count(*) FROM reservations) AS reservations, (SELECT count(*) FROM ledger) AS items,
    (SELECT count(*) FROM accounts) AS accounts,
    (SELECT count(*) FROM promises WHERE state IN ('held', 'ordered')) AS promises;

-- name: taken_of
-- What the reservations of some items say is taken, in the ledger's own form.
SELECT i.item, jsonb_strip_nulls(jsonb_build_object(
    'by_place', (SELECT jsonb_object_agg(s.place, s.days) FROM (
        SELECT q.place, jsonb_object_agg(q.day, q.quantity::text) AS days FROM (
            SELECT CASE WHEN r.variant = '' THEN r.site ELSE r.site || '|' || r.variant END AS place, r.day::text AS day,
                sum(r.quantity) AS quantity
            FROM reservations r WHERE r.item = i.item GROUP BY 1, 2 HAVING sum(r.quantity) <> 0) q
        GROUP BY q.place) s),
    'drawn', (SELECT jsonb_object_agg(d.allocation, d.quantity::text) FROM (
        SELECT r.allocation, sum(r.quantity) AS quantity FROM reservations r
        WHERE r.item = i.item AND r.allocation <> '' GROUP BY 1) d)))::text AS taken
FROM unnest($1::text[]) AS i (item);

-- name: set_taken
-- Sets what is taken of items, under their locks, and raises their versions so that no process keeps the old figures.
UPDATE ledger l SET taken = v.taken, facts = facts + 1 FROM unnest($1::text[], $2::text[]) AS v (item, taken)
WHERE l.item = v.item;

-- name: set_promised
-- Sets the money promised on accounts to what their reservations say.
UPDATE accounts a SET promised = coalesce((SELECT sum(r.amount) FROM reservations r WHERE r.account = a.account), 0)
WHERE a.account = ANY ($1::text[]);

-- name: remove_strays
-- Ends reservations that no live promise stands behind.
DELETE FROM reservations r USING unnest($1::text[], $2::int[]) AS v (promise, place)
WHERE r.promise = v.promise AND r.place = v.place;

-- name: record_mend
-- Records what was mended.
INSERT INTO ledger_mends (id, mended, by, kind, key, stood, mended_to, documents)
SELECT id, $1, $2, kind, key, stood, mended_to, documents
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    AS v (id, kind, key, stood, mended_to, documents);
