-- name: write
-- Adds to the promise ledger how promises ended.
INSERT INTO promise_ends (promise, ended, how, cause, by, facts)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[]);

-- name: watch
-- Watches items of orders of ours from the moment the ERP has taken them over.
INSERT INTO handed_over ("order", item, promise, day)
SELECT number, item, min(promise), max(day) FROM unnest($1::text[], $2::text[], $3::text[], $4::date[])
    AS v (number, item, promise, day)
GROUP BY number, item
ON CONFLICT ("order", item) DO UPDATE SET day = greatest(handed_over.day, excluded.day);

-- name: watch_again
-- Watches orders whose demand was gone and is there again, as under another document number.
INSERT INTO handed_over ("order", item, promise, day)
SELECT n.number, n.item, o.promise, (last.facts::jsonb ->> 'promised')::date
FROM unnest($1::text[], $2::text[]) AS n (number, item)
JOIN orders o ON o."order" = n.number
JOIN LATERAL (
    SELECT e.cause, e.facts FROM promise_ends e WHERE e.promise = o.promise ORDER BY e.number DESC LIMIT 1
) last ON last.cause = 'demand_gone'
WHERE EXISTS (SELECT FROM demand d WHERE d."order" = n.number AND NOT d.deleted AND d.quantity > 0)
ON CONFLICT DO NOTHING;

-- name: gone
-- Says of orders that are wholly handed over, and of which the ERP has no open demand any more, how they ended: short
-- where a case says that something was missing, late where that is after the last promised day and one more for the
-- feed, else kept. `presumed`, because nobody has told of a shipment; where the back office does tell what happens to an
-- order, its events have the word. $1 NULL: whichever items.
WITH gone AS (
    SELECT h.promise, min(h."order") AS number, max(h.day) AS day
    FROM handed_over h
    WHERE h.promise IN (SELECT promise FROM handed_over WHERE $1::text[] IS NULL OR item = ANY ($1::text[]))
    GROUP BY h.promise
    HAVING NOT EXISTS (
        SELECT FROM demand d WHERE d."order" = min(h."order") AND NOT d.deleted AND coalesce(d.quantity, 0) > 0)
), said AS (
    INSERT INTO promise_ends (promise, ended, how, cause, facts)
    SELECT g.promise, $2::timestamptz,
        CASE WHEN c.missing IS NOT NULL THEN 'short' WHEN $2::timestamptz::date > g.day + 1 THEN 'late' ELSE 'kept' END,
        'demand_gone',
        jsonb_strip_nulls(jsonb_build_object('order', g.number, 'promised', g.day, 'gone', $2::timestamptz::date,
            'missing', c.missing, 'presumed', true))::text
    FROM gone g
    JOIN promises p ON p.id = g.promise AND p.state = 'ordered'
    LEFT JOIN LATERAL (
        SELECT string_agg(c.item || ' ' || coalesce(c.facts::jsonb ->> 'short', ''), ', ' ORDER BY c.item) AS missing
        FROM cases c WHERE c.promise = g.promise AND c.state = 'open' AND c.kind = 'promise_at_risk'
    ) c ON true
    WHERE NOT EXISTS (SELECT FROM reservations r WHERE r.promise = g.promise AND r.quantity > 0)
        AND NOT EXISTS (SELECT FROM transactions t WHERE t."order" = g.number AND t.stage NOT IN ('unknown', 'placed'))
    ORDER BY g.promise
    RETURNING promise
)
DELETE FROM handed_over h USING gone g
WHERE h.promise = g.promise
    AND NOT EXISTS (SELECT FROM reservations r WHERE r.promise = g.promise AND r.quantity > 0);

-- name: overdue
-- Says of ordered promises whose day is over (and one more for the feed) what the facts show: short where a case says
-- that something is missing, late where the ERP still has them to ship. Once each.
WITH found AS (
    SELECT DISTINCT ON (f.promise) f.promise, f.how, f.cause, f.facts
    FROM (
        SELECT c.promise, 'short' AS how, 'missing_on_its_day' AS cause, 0 AS place, c.facts::jsonb
            || jsonb_build_object('item', c.item, 'site', c.site) AS facts
        FROM cases c
        WHERE c.state = 'open' AND c.kind = 'promise_at_risk' AND (c.facts::jsonb ->> 'ship_on')::date < $1::timestamptz::date - 1
        UNION ALL
        SELECT h.promise, 'late', 'open_after_its_day', 1,
            jsonb_build_object('order', h."order", 'item', h.item, 'promised', h.day)
        FROM handed_over h
        WHERE h.day < $1::timestamptz::date - 1
            AND EXISTS (SELECT FROM demand d
                WHERE d."order" = h."order" AND d.item = h.item AND NOT d.deleted AND d.quantity > 0)
    ) f
    ORDER BY f.promise, f.place
)
INSERT INTO promise_ends (promise, ended, how, cause, facts)
SELECT f.promise, $1::timestamptz, f.how, f.cause, f.facts::text
FROM found f JOIN promises p ON p.id = f.promise AND p.state = 'ordered'
WHERE NOT EXISTS (SELECT FROM promise_ends e WHERE e.promise = f.promise AND e.how = f.how AND e.cause = f.cause)
ORDER BY f.promise
RETURNING promise;

-- name: list
-- The last words on promises that ended in a range, the newest first, a page at a time from behind a number.
SELECT e.number, e.promise, e.ended, e.how, e.cause, e.by, e.facts, p.customer, p.channel, p.reference, p."order", p.verdict,
    p.amount::text AS amount, p.made
FROM promise_ends e JOIN promises p ON p.id = e.promise
WHERE ($1::bigint IS NULL OR e.number < $1) AND ($2::timestamptz IS NULL OR e.ended >= $2)
    AND ($3::timestamptz IS NULL OR e.ended < $3) AND ($4::text IS NULL OR e.how = $4)
    AND ($5::text IS NULL OR e.cause = $5) AND ($6::text IS NULL OR p.customer = $6)
    AND ($7::text[] IS NULL OR p.customer = ANY ($7))
    AND NOT EXISTS (SELECT FROM promise_ends l WHERE l.promise = e.promise AND l.number > e.number)
ORDER BY e.number DESC LIMIT $8;

-- name: words
-- Every word on some promises, the oldest first.
SELECT promise, ended, how, cause, by, facts FROM promise_ends WHERE promise = ANY ($1::text[]) ORDER BY number;

-- name: rates
-- How the promises of a range ended, by cause or by one of customer, channel and item: how many and for how much. By
-- item a promise counts once for each item that was asked, with the line's own amount.
WITH last AS (
    SELECT e.promise, e.how, e.cause, p.customer, p.channel, p.amount, p.made
    FROM promise_ends e JOIN promises p ON p.id = e.promise
    WHERE ($1::timestamptz IS NULL OR e.ended >= $1) AND ($2::timestamptz IS NULL OR e.ended < $2)
        AND ($4::text[] IS NULL OR p.customer = ANY ($4))
        AND NOT EXISTS (SELECT FROM promise_ends l WHERE l.promise = e.promise AND l.number > e.number)
), parts AS (
    SELECT l.how, CASE $3 WHEN 'cause' THEN l.cause WHEN 'customer' THEN l.customer ELSE l.channel END AS key, l.amount
    FROM last l WHERE $3 <> 'item'
    UNION ALL
    SELECT l.how, line ->> 'item', coalesce((line -> 'price' ->> 'amount')::numeric, 0)
    FROM last l JOIN decisions d ON d.id = l.promise AND d.made = l.made
    CROSS JOIN LATERAL jsonb_array_elements(convert_from(d.answer, 'UTF8')::jsonb -> 'lines') AS line
    WHERE $3 = 'item'
)
SELECT how, key, count(*) AS promises, sum(amount) AS amount FROM parts GROUP BY how, key ORDER BY key, how;
