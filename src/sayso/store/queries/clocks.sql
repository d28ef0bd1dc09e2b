-- name: follow
-- Sets the clocks of orders: by when each is to be heard of, NULL where nothing is waited for. One that has a case open is
-- due at once, so that the case is looked at.
WITH told AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS v (clock, due)),
gone AS (DELETE FROM clocks c USING told t WHERE c.clock = t.clock AND t.due IS NULL AND c.breached IS NULL)
INSERT INTO clocks AS c (clock, kind, last, due)
SELECT t.clock, 'stage', $3, coalesce(t.due, $3) FROM told t
WHERE t.due IS NOT NULL OR EXISTS (SELECT FROM clocks k WHERE k.clock = t.clock AND k.breached IS NOT NULL)
ORDER BY t.clock
ON CONFLICT (clock) DO UPDATE
SET last = excluded.last, due = CASE WHEN c.breached IS NULL THEN excluded.due ELSE least(excluded.due, $3) END;

-- name: heard
-- Systems were heard. What others are writing down at this moment is left to them, and what was written a moment ago stands.
WITH told AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS v (clock, at)),
seen AS (
    SELECT c.clock, t.at FROM clocks c JOIN told t USING (clock) WHERE c.last < t.at - interval '5 seconds'
    FOR UPDATE OF c SKIP LOCKED),
moved AS (UPDATE clocks c SET last = s.at FROM seen s WHERE c.clock = s.clock)
INSERT INTO clocks (clock, kind, last, due)
SELECT t.clock, 'feed', t.at, 'infinity' FROM told t WHERE NOT EXISTS (SELECT FROM clocks c WHERE c.clock = t.clock)
ORDER BY t.clock ON CONFLICT DO NOTHING;

-- name: due_stages
-- Orders whose next step is overdue, and that nobody else looks at; the one that waits longest first.
SELECT c.clock, t.state FROM clocks c LEFT JOIN transactions t ON t."order" = substr(c.clock, 7)
WHERE c.kind = 'stage' AND c.due <= $1 ORDER BY c.due, c.clock LIMIT $2 FOR UPDATE OF c SKIP LOCKED;

-- name: looked_at
-- What comes of looking at clocks: when each is due next, and whether a case is open of it. Where nothing is waited for and
-- none is open, it stops.
WITH told AS (SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::boolean[]) AS v (clock, due, late)),
gone AS (DELETE FROM clocks c USING told t WHERE c.clock = t.clock AND t.due IS NULL AND NOT t.late)
UPDATE clocks c SET due = coalesce(t.due, 'infinity'), breached = CASE WHEN t.late THEN coalesce(c.breached, $4) END
FROM told t WHERE c.clock = t.clock AND (t.due IS NOT NULL OR t.late);

-- name: feeds
-- The feeds that nobody else looks at.
SELECT clock, last, due, facts, breached FROM clocks WHERE kind = 'feed' ORDER BY clock FOR UPDATE SKIP LOCKED;

-- name: begin_feeds
-- Feeds that are declared and were never heard: their time runs from now on.
INSERT INTO clocks (clock, kind, last, due) SELECT v, 'feed', $2, 'infinity' FROM unnest($1::text[]) AS v
ORDER BY v ON CONFLICT DO NOTHING;

-- name: set_feeds
-- What comes of looking at feeds.
UPDATE clocks c SET last = v.last, due = coalesce(v.due, 'infinity'), facts = v.facts,
    breached = CASE WHEN v.late THEN coalesce(c.breached, $6) END
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::boolean[]) AS v (clock, last, due, facts, late)
WHERE c.clock = v.clock;

-- name: count_slots
-- Counts what came since it was counted last, by system and five minutes.
INSERT INTO heard AS h (system, slot, first, last, messages)
SELECT source, date_bin('5 minutes', received, 'epoch'), min(received), max(received), count(*) FROM inbox
WHERE source <> 'sayso' AND received >= coalesce((SELECT max(slot) - interval '5 minutes' FROM heard), $1)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (system, slot) DO UPDATE SET first = least(h.first, excluded.first), last = greatest(h.last, excluded.last),
    messages = greatest(h.messages, excluded.messages);

-- name: forget_slots
-- Forgets what is no longer looked back on.
DELETE FROM heard WHERE slot < $1;

-- name: slots
-- When a system was heard.
SELECT first, last FROM heard WHERE system = $1 AND slot >= $2 ORDER BY slot;

-- name: last_received
-- When the last message of a system came since it was heard last, as far as that was written down.
SELECT max(received) FROM inbox WHERE source = $1 AND received > $2;

-- name: told_of
-- Which steps are ever told of here, or asked for: what nobody tells is not waited for.
SELECT 'accepted' AS stage WHERE EXISTS (SELECT FROM documents WHERE family = 'order.accepted')
    OR EXISTS (SELECT FROM outbox WHERE kind = 'submit_order')
UNION ALL SELECT 'shipped' WHERE EXISTS (SELECT FROM documents WHERE family = 'shipment.dispatched')
    OR EXISTS (SELECT FROM outbox WHERE kind = 'release_order')
UNION ALL SELECT 'delivered' WHERE EXISTS (SELECT FROM documents WHERE family = 'shipment.delivered')
UNION ALL SELECT 'invoiced' WHERE EXISTS (SELECT FROM documents WHERE family = 'invoice.issued')
    OR EXISTS (SELECT FROM outbox WHERE kind = 'issue_invoice')
UNION ALL SELECT 'acknowledged' WHERE EXISTS (SELECT FROM documents WHERE family = 'invoice.delivered')
UNION ALL SELECT 'paid' WHERE EXISTS (SELECT FROM documents WHERE family IN ('payment.received', 'payment.applied'));
