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
