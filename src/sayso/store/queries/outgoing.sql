-- name: add
-- Write what is to be told outside, in the caller's transaction and in the order given.
INSERT INTO outgoing (id, type, subject, customer, at, body)
SELECT told.id, told.type, told.subject, told.customer, told.at, told.body
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::bytea[])
    WITH ORDINALITY AS told (id, type, subject, customer, at, body, place)
ORDER BY told.place

-- name: anybody_listens
-- Whether there is a subscriber, or a broker that is told.
SELECT anybody_listens()

-- name: hold_head
-- Take the row that only one who numbers may hold, and read the last number given.
SELECT last FROM outgoing_head FOR UPDATE

-- name: give_numbers
-- Number what is visible now and has no number yet, in the order of writing; the last number given.
WITH fresh AS (
    SELECT written FROM outgoing WHERE number IS NULL ORDER BY written LIMIT $2
), numbered AS (
    UPDATE outgoing SET number = $1 + fresh.place
    FROM (SELECT written, row_number() OVER (ORDER BY written) AS place FROM fresh) AS fresh
    WHERE outgoing.written = fresh.written
    RETURNING outgoing.number
)
UPDATE outgoing_head SET last = greatest(last, (SELECT max(number) FROM numbered)) RETURNING last

-- name: anything_new
-- Whether there is a row without a number.
SELECT EXISTS (SELECT FROM outgoing WHERE number IS NULL)

-- name: last
-- The last number given.
SELECT last FROM outgoing_head

-- name: after
-- What comes after a number, in the order of numbers.
SELECT number, id, type, subject, customer, at, body FROM outgoing WHERE number > $1 ORDER BY number LIMIT $2

-- name: forget
-- Forget what was told before a moment, except what a live reader has still to be told.
DELETE FROM outgoing
WHERE at < $1 AND number <= least(
    (SELECT last FROM outgoing_head),
    (SELECT min(reached) FROM subscribers WHERE state = 'live'),
    (SELECT min(reached) FROM outgoing_reached)
)

-- name: add_reader
-- A reader that begins where the numbers stand, or at the first of all; one that is known stays where it is.
INSERT INTO outgoing_reached (reader, reached)
SELECT $1, CASE WHEN $2 THEN 0 ELSE last END FROM outgoing_head
ON CONFLICT (reader) DO NOTHING

-- name: lease_reader
-- Make one process the holder of a reader, or find that another is; how far the reader is.
UPDATE outgoing_reached SET lease = $2, leased_until = $4
WHERE reader = (
    SELECT reader FROM outgoing_reached
    WHERE reader = $1 AND (lease IS NULL OR leased_until <= $3)
    FOR UPDATE SKIP LOCKED
)
RETURNING reached

-- name: renew_reader
-- Keep a reader, if the lease is still the caller's.
UPDATE outgoing_reached SET leased_until = $3 WHERE reader = $1 AND lease = $2 RETURNING reached

-- name: advance_reader
-- Note how far a reader is, if the lease is still the caller's.
UPDATE outgoing_reached SET reached = $3, leased_until = $4 WHERE reader = $1 AND lease = $2 RETURNING reached

-- name: release_reader
-- Let another process have the reader at once.
UPDATE outgoing_reached SET lease = NULL, leased_until = NULL WHERE reader = $1 AND lease = $2
