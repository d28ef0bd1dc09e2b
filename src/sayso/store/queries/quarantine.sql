-- name: in_line
-- Messages by number, and those of some keys that wait, in the order in which they are to be applied.
SELECT i.number, i.source, i.id, i.received, i.kind, i.content_type,
    coalesce(e.body, i.body) AS body, i.key, e.body IS NOT NULL AS edited
FROM inbox i
LEFT JOIN LATERAL (SELECT body FROM inbox_edits WHERE message = i.number ORDER BY number DESC LIMIT 1) e ON true
WHERE i.state = 'waiting' AND (i.number = ANY ($1::bigint[]) OR i.key = ANY ($2::text[]))
ORDER BY i.number LIMIT $3;

-- name: next_waiting
-- The next messages that wait, of all lanes, by number and behind a number.
SELECT i.number, i.source, i.id, i.received, i.kind, i.content_type,
    coalesce(e.body, i.body) AS body, i.key, e.body IS NOT NULL AS edited
FROM inbox i
LEFT JOIN LATERAL (SELECT body FROM inbox_edits WHERE message = i.number ORDER BY number DESC LIMIT 1) e ON true
WHERE i.number > $1 AND i.state = 'waiting' ORDER BY i.number LIMIT $2;

-- name: put_behind
-- Puts messages of some keys aside that wait behind one in quarantine.
UPDATE inbox SET state = 'behind' WHERE state = 'waiting' AND key = ANY ($1::text[]) AND EXISTS (
    SELECT FROM inbox q WHERE q.key = inbox.key AND q.state = 'quarantined' AND q.number < inbox.number);

-- name: marks
-- How far documents and effects go at this moment.
SELECT (SELECT coalesce(max(number), 0) FROM documents) AS documents,
    (SELECT coalesce(max(number), 0) FROM outbox) AS effects;

-- name: touched
-- The orders that documents after a number are about.
SELECT DISTINCT substr(key, 7) AS "order" FROM concerns WHERE document > $1 AND key LIKE 'order %' ORDER BY 1;

-- name: decided
-- Effects after a number.
SELECT effect, system, kind, key, cause, amount, currency, body FROM outbox WHERE number > $1 ORDER BY number;

-- name: open_cases
-- The open cases of some orders.
SELECT id, kind, owner, "order", amount, coalesce(currency, '') AS currency, next_step FROM cases
WHERE state = 'open' AND "order" = ANY ($1::text[]) ORDER BY id;

-- name: states
-- The states of some orders.
SELECT "order", state FROM transactions WHERE "order" = ANY ($1::text[]);

-- name: at_stake
-- What orders are worth.
SELECT "order", amount, currency, customer FROM transactions WHERE "order" = ANY ($1::text[]);

-- name: held
-- Messages in quarantine by number, of a source, of a kind, with words in what is wrong with them. Blank: any.
SELECT q.number, q.source, q.id, q.received, q.kind, q.key, coalesce(q.problem, '') AS problem,
    CASE WHEN q.key = '' THEN 0
        ELSE (SELECT count(*) FROM inbox b WHERE b.key = q.key AND b.state = 'behind' AND b.number > q.number) END AS behind
FROM inbox q
WHERE q.state = 'quarantined' AND q.number > $1 AND ($2 = '' OR q.source = $2) AND ($3 = '' OR q.kind = $3)
    AND ($4 = '' OR position(lower($4) in lower(coalesce(q.problem, ''))) > 0)
ORDER BY q.number LIMIT $5;

-- name: digests
-- The digests of transactions after an order, a page at a time.
SELECT "order", digest FROM transactions WHERE "order" > $1 ORDER BY "order" LIMIT $2;

-- name: partly
-- Orders of which something was told outside of a time.
SELECT DISTINCT substr(c.key, 7) AS "order" FROM concerns c JOIN documents d ON d.number = c.document
WHERE c.key LIKE 'order %' AND (d.received < $1 OR d.received >= $2);

-- name: renumber
-- Puts messages into an empty inbox under the numbers that they had elsewhere.
INSERT INTO inbox (number, source, id, received, kind, content_type, body, digest, key, lane) OVERRIDING SYSTEM VALUE
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::bytea[], $8::text[],
    $9::text[], $10::smallint[]);

-- name: go_on
-- Numbers that come next stand behind those that were taken over.
SELECT setval(pg_get_serial_sequence('inbox', 'number'), greatest((SELECT max(number) FROM inbox), 1));
