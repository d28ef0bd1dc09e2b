-- name: add
-- Keep a new subscriber that begins after what was told so far; nothing where the name is taken.
INSERT INTO subscribers (subscriber, url, types, customers, secret, created, due, reached)
SELECT $1, $2, $3, $4, $5, $6, $6, last FROM outgoing_head
ON CONFLICT (subscriber) DO NOTHING
RETURNING *

-- name: everyone
-- Every subscriber by name.
SELECT * FROM subscribers ORDER BY subscriber

-- name: find
-- One subscriber.
SELECT * FROM subscribers WHERE subscriber = $1

-- name: lock
-- One subscriber, held until the transaction ends.
SELECT * FROM subscribers WHERE subscriber = $1 FOR UPDATE

-- name: remove
-- Forget a subscriber. Whoever holds it finds that out before its next delivery.
DELETE FROM subscribers WHERE subscriber = $1 RETURNING subscriber

-- name: set_state
-- Pause a subscriber or let it live again, at once and with a clean slate; nothing where there is none.
UPDATE subscribers
SET state = $2, due = $3, tries = 0, failing = NULL, problem = $4, lease = NULL, leased_until = NULL
WHERE subscriber = $1
RETURNING *

-- name: rotate
-- Give a subscriber another secret. The one before it signs too until a moment.
UPDATE subscribers SET earlier_secret = secret, earlier_until = $3, secret = $2 WHERE subscriber = $1 RETURNING *

-- name: rewind
-- Let a subscriber be told again from a number on. Whoever holds it finds that out before its next delivery.
UPDATE subscribers
SET reached = least($2::bigint, (SELECT last FROM outgoing_head)), due = $3, tries = 0, failing = NULL, problem = '',
    lease = NULL, leased_until = NULL
WHERE subscriber = $1
RETURNING *

-- name: claim
-- Become the holder of live subscribers that are due, have something to be told, and are held by nobody.
UPDATE subscribers SET lease = $2, leased_until = $3
WHERE subscriber IN (
    SELECT subscriber FROM subscribers
    WHERE state = 'live' AND due <= $1 AND (lease IS NULL OR leased_until <= $1)
        AND reached < (SELECT last FROM outgoing_head)
    ORDER BY due, subscriber
    LIMIT $4
    FOR UPDATE SKIP LOCKED
)
RETURNING *

-- name: told
-- Note that everything up to a number was told, if the holder is still the caller; the lease goes on.
UPDATE subscribers
SET reached = $3, told = coalesce($4, told), leased_until = $5, tries = 0, failing = NULL, problem = ''
WHERE subscriber = $1 AND lease = $2
RETURNING subscriber

-- name: release
-- Let others have it, if the holder is still the caller.
UPDATE subscribers SET lease = NULL, leased_until = NULL, due = $3 WHERE subscriber = $1 AND lease = $2

-- name: failed
-- Note a failure and when to try again, or that it is over; and let others have it.
UPDATE subscribers
SET state = $3, due = $4, tries = tries + 1, failing = coalesce(failing, $5), problem = $6, lease = NULL, leased_until = NULL
WHERE subscriber = $1 AND lease = $2
RETURNING subscriber
