-- name: learned
-- Which lateness was learned last.
SELECT digest FROM lateness;

-- name: body
-- What was learned last.
SELECT digest, body FROM lateness;

-- name: keep
-- Keeps what was learned.
INSERT INTO lateness (learned, digest, body) VALUES ($1, $2, $3)
ON CONFLICT (one) DO UPDATE SET learned = excluded.learned, digest = excluded.digest, body = excluded.body;

-- name: receipts
-- Every receipt that is told of, in no order.
SELECT document, line, receipt, coalesce(item, '') AS item, coalesce(site, '') AS site, coalesce(vendor, '') AS vendor,
    ordered, promised, received, quantity
FROM receipts WHERE NOT deleted;

-- name: remember
-- Remembers the due date of open inbound lines of some items where none was told before.
INSERT INTO first_promises (document, line, variant, promised)
SELECT b.document, b.line, b.variant, b.due FROM inbound b
WHERE b.item = ANY ($1::text[]) AND NOT b.deleted AND b.quantity > 0 AND b.due IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: open
-- The open inbound lines of some items, with the date that was promised first (or the due date, where that is earlier)
-- and the calendar of the site that receives them.
SELECT b.document, b.line, b.variant, b.item, coalesce(b.vendor, '') AS vendor, b.due,
    least(coalesce(f.promised, b.due), b.due) AS promised, coalesce(s.calendar, '') AS calendar
FROM inbound b
LEFT JOIN first_promises f ON f.document = b.document AND f.line = b.line AND f.variant = b.variant
LEFT JOIN sites s ON s.site = b.site AND NOT s.deleted
WHERE b.item = ANY ($1::text[]) AND NOT b.deleted AND b.quantity > 0 AND b.due IS NOT NULL;

-- name: items
-- The items that have open inbound lines.
SELECT DISTINCT item FROM inbound
WHERE NOT deleted AND quantity > 0 AND due IS NOT NULL AND item IS NOT NULL ORDER BY item;

-- name: working
-- The days that calendars say something about.
SELECT calendar, date, coalesce(working, false) AS working FROM calendars WHERE NOT deleted AND calendar = ANY ($1::text[]);

-- name: told
-- What was said of the open inbound lines of some items.
SELECT a.document, a.line, a.variant, a.promised, a.p50, a.p90, a.rests_on, a.receipts
FROM arrivals a JOIN inbound b ON b.document = a.document AND b.line = a.line AND b.variant = a.variant
WHERE b.item = ANY ($1::text[]);

-- name: tell
-- Says when inbound lines will arrive.
INSERT INTO arrivals (document, line, variant, promised, p50, p90, rests_on, receipts)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[], $6::date[], $7::text[], $8::int[])
ON CONFLICT (document, line, variant) DO UPDATE SET promised = excluded.promised, p50 = excluded.p50,
    p90 = excluded.p90, rests_on = excluded.rests_on, receipts = excluded.receipts;

-- name: forget
-- Forgets what was said of inbound lines that are closed.
WITH gone AS (
    DELETE FROM first_promises f WHERE NOT EXISTS (
        SELECT FROM inbound b WHERE b.document = f.document AND b.line = f.line AND b.variant = f.variant
            AND NOT b.deleted AND b.quantity > 0))
DELETE FROM arrivals a WHERE NOT EXISTS (
    SELECT FROM inbound b WHERE b.document = a.document AND b.line = a.line AND b.variant = a.variant
        AND NOT b.deleted AND b.quantity > 0);
