-- name: make_plain
-- A table that messages are put into and nothing else: what they are, a number, and each only once.
CREATE TABLE plain (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    id text NOT NULL,
    received timestamptz NOT NULL,
    kind text NOT NULL,
    content_type text NOT NULL,
    body bytea NOT NULL,
    key text NOT NULL,
    UNIQUE (source, id)
);

-- name: insert_plain
-- Puts a batch into it.
INSERT INTO plain (source, id, kind, content_type, body, key, received)
SELECT source, id, kind, content_type, body, key, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
    AS g (source, id, kind, content_type, body, key);

-- name: count_plain
-- How many it holds.
SELECT count(*) FROM plain;

-- name: empty_plain
-- Empties it.
TRUNCATE plain;

-- name: left
-- Whether there are messages that wait.
SELECT EXISTS (SELECT FROM inbox WHERE state = 'waiting');

-- name: marks
-- How far everything goes that a round adds to, and what is on the shelves.
SELECT (SELECT coalesce(max(number), 0) FROM inbox) AS messages, (SELECT coalesce(max(number), 0) FROM documents) AS documents,
    (SELECT count(*) FROM outbox WHERE kind = 'issue_invoice') AS invoices, (SELECT count(*) FROM outgoing) AS told,
    (SELECT count(*) FROM cases) AS cases, (SELECT coalesce(sum(on_hand), 0) FROM stock) AS shelves;

-- name: came_of
-- What came of the messages and the documents behind some numbers, and of some orders.
SELECT (SELECT count(*) FROM inbox WHERE number > $1 AND state = 'applied') AS applied,
    (SELECT count(*) FROM inbox WHERE number > $1 AND state <> 'applied') AS others,
    (SELECT count(*) FROM documents WHERE number > $2 AND family = 'shipment.dispatched') AS shipments,
    (SELECT count(*) FROM transactions WHERE "order" = ANY ($3::text[]) AND stage = 'shipped') AS shipped;

-- name: gather
-- Statistics as autovacuum makes them by and by.
ANALYZE;
