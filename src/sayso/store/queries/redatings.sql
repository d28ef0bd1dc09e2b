-- name: latest
-- The last word on the date of each part of some promises.
SELECT DISTINCT ON (promise, line, item, site, variant, promised)
    promise, line, item, site, variant, promised, day, quantity, because, at
FROM redatings WHERE promise = ANY ($1::text[])
ORDER BY promise, line, item, site, variant, promised, number DESC;

-- name: add
-- Adds words on dates.
INSERT INTO redatings (promise, line, item, site, variant, promised, day, quantity, because, at)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[], $8::numeric[],
    $9::text[], $10::timestamptz[]);

-- name: overdue_items
-- Items that live promises wait for, of which an inbound was due between two days and is still open.
SELECT DISTINCT b.item FROM inbound b
WHERE NOT b.deleted AND b.quantity > 0 AND b.due >= $1 AND b.due < $2
    AND EXISTS (SELECT FROM reservations r WHERE r.item = b.item AND r.quantity > 0)
ORDER BY b.item;
