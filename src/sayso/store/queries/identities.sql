-- name: put_identities
-- Remember what systems call things. What was known before gives way; the same again changes nothing.
INSERT INTO identities (system, kind, theirs, ours, since)
SELECT DISTINCT ON (system, kind, theirs) system, kind, theirs, ours, $5
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (system, kind, theirs, ours, place)
ORDER BY system, kind, theirs, place DESC
ON CONFLICT (system, kind, theirs) DO UPDATE SET ours = excluded.ours, since = excluded.since
WHERE identities.ours <> excluded.ours

-- name: find_identities
-- What things are called here, of those that are called something else there.
SELECT i.system, i.kind, i.theirs, i.ours
FROM unnest($1::text[], $2::text[], $3::text[]) AS t (system, kind, theirs)
JOIN identities AS i ON i.system = t.system AND i.kind = t.kind AND i.theirs = t.theirs

-- name: find_units
-- The base unit of items, and how many of it each of their other units is.
SELECT i.item, coalesce(nullif(i.uom, ''), 'EA') AS base, u.uom, u.factor
FROM unnest($1::text[]) AS t (item)
JOIN items AS i ON i.item = t.item AND NOT i.deleted
LEFT JOIN units AS u ON u.item = i.item AND NOT u.deleted AND u.factor > 0

-- name: currencies
-- Each currency that is known, and how many decimals its amounts have.
SELECT currency, coalesce(decimals, 2) AS decimals FROM currencies WHERE NOT deleted
