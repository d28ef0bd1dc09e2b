-- What is read of a message: with the body that a person put last in the place of the first, where there is one.

-- name: keep
-- Keeps messages that were not kept before and counts those that were; tells each one's number, how often it came
-- again and what the first content was. Another content under the same id is kept beside it.
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::bytea[], $7::text[],
        $8::text[], $9::smallint[])
    WITH ORDINALITY AS g (source, id, received, kind, content_type, body, digest, key, lane, place)
), kept AS (
    INSERT INTO inbox AS i (source, id, received, kind, content_type, body, digest, key, lane)
    SELECT source, id, received, kind, content_type, body, digest, key, lane FROM given ORDER BY place
    ON CONFLICT (source, id) DO UPDATE SET repeats = i.repeats + 1
    RETURNING number, source, id, digest, repeats
), conflicts AS (
    INSERT INTO inbox_conflicts (message, received, body, digest)
    SELECT k.number, g.received, g.body, g.digest
    FROM kept k JOIN given g ON g.source = k.source AND g.id = k.id AND g.digest <> k.digest
    ON CONFLICT DO NOTHING
)
SELECT number, source, id, digest, repeats FROM kept;

-- name: claim_lane
-- Chooses the lane that has work and was served least recently, and nobody else works on; counts that it was begun. By
-- itself it is committed without waiting for the disk: it is a trace of deaths, and what is lost with the machine is none.
WITH eased AS (
    SELECT set_config('synchronous_commit', 'off', true) AS commits WHERE $1
), chosen AS (
    SELECT l.lane FROM inbox_lanes l
    -- Not EXISTS: that may be planned as a join with all that waits.
    WHERE (SELECT w.number FROM inbox w WHERE w.lane = l.lane AND w.state = 'waiting' ORDER BY w.number LIMIT 1) IS NOT NULL
    ORDER BY l.served, l.lane LIMIT 1 FOR UPDATE OF l SKIP LOCKED
)
UPDATE inbox_lanes SET served = (SELECT max(served) FROM inbox_lanes) + 1, tries = tries + 1
WHERE lane = (SELECT lane FROM chosen) AND (SELECT count(*) FROM eased) >= 0 RETURNING lane;

-- name: hold_lane
-- Holds a lane that was chosen, unless another got there first; how often it was begun since it was last done with.
SELECT tries FROM inbox_lanes WHERE lane = $1 FOR UPDATE SKIP LOCKED;

-- name: lane_done
-- Says that a lane was worked on to the end.
UPDATE inbox_lanes SET tries = 0, suspect = NULL, suspected = 0 WHERE lane = $1;

-- name: lane_spared
-- Takes a beginning back: whoever it was lives on.
UPDATE inbox_lanes SET tries = greatest(tries - 1, 0) WHERE lane = $1;

-- name: suspect
-- Notes which message is applied next, alone; how often that was noted.
WITH eased AS (
    SELECT set_config('synchronous_commit', 'off', true) AS commits
)
UPDATE inbox_lanes SET suspect = $2, suspected = CASE WHEN suspect = $2 THEN suspected + 1 ELSE 1 END
WHERE lane = $1 AND (SELECT count(*) FROM eased) >= 0 RETURNING suspected;

-- name: lock_lanes
-- Waits for some lanes until nobody else works on them, and for no others.
SELECT lane FROM inbox_lanes WHERE lane = ANY ($1::smallint[]) ORDER BY lane FOR UPDATE;

-- name: next
-- The next messages of a lane; of these, puts those aside whose key has an earlier one in quarantine, and tells the others.
WITH head AS MATERIALIZED (
    SELECT w.number, w.key <> '' AND EXISTS (
        SELECT FROM inbox q WHERE q.key = w.key AND q.state = 'quarantined' AND q.number < w.number) AS behind
    FROM (SELECT number, key FROM inbox WHERE lane = $1 AND state = 'waiting' ORDER BY number LIMIT $2) w
), put AS (
    UPDATE inbox SET state = 'behind' WHERE number = ANY (ARRAY(SELECT number FROM head WHERE behind))
)
SELECT number FROM head WHERE NOT behind;

-- name: read
-- Messages by their numbers, in the order in which they came.
SELECT i.number, i.source, i.id, i.received, i.kind, i.content_type,
    coalesce(e.body, i.body) AS body, i.key, e.body IS NOT NULL AS edited
FROM inbox i
LEFT JOIN LATERAL (SELECT body FROM inbox_edits WHERE message = i.number ORDER BY number DESC LIMIT 1) e ON true
WHERE i.number = ANY ($1::bigint[]) ORDER BY i.number;

-- name: applied
-- Says of messages that they were applied.
UPDATE inbox SET state = 'applied', applied = $2, problem = NULL WHERE number = ANY ($1::bigint[]);

-- name: judged
-- Says what became of messages, and whom they turned out to be about.
UPDATE inbox i SET state = v.state, problem = v.problem, key = coalesce(v.key, i.key), lane = coalesce(v.lane, i.lane),
    applied = CASE WHEN v.state = 'applied' THEN $6::timestamptz END
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::smallint[]) AS v (number, state, problem, key, lane)
WHERE i.number = v.number;

-- name: held_back
-- Messages in quarantine after a number, and how many were put aside behind each. Blank: of all sources, of all keys.
SELECT q.number, q.source, q.id, q.received, q.kind, q.key, q.problem,
    CASE WHEN q.key = '' THEN 0
        ELSE (SELECT count(*) FROM inbox b WHERE b.key = q.key AND b.state = 'behind' AND b.number > q.number) END AS behind
FROM inbox q
WHERE q.state = 'quarantined' AND q.number > $1 AND ($2 = '' OR q.source = $2) AND ($3 = '' OR q.key = $3)
ORDER BY q.number LIMIT $4;

-- name: message
-- A message with all that is known of it.
SELECT i.number, i.source, i.id, i.received, i.kind, i.content_type,
    coalesce(e.body, i.body) AS body, i.key, e.body IS NOT NULL AS edited,
    i.body AS first, i.state, i.applied, i.problem, i.repeats,
    (SELECT count(*) FROM inbox_conflicts c WHERE c.message = i.number) AS conflicts
FROM inbox i
LEFT JOIN LATERAL (SELECT body FROM inbox_edits WHERE message = i.number ORDER BY number DESC LIMIT 1) e ON true
WHERE i.number = $1;

-- name: number_of
-- A message's number by its source and id.
SELECT number FROM inbox WHERE source = $1 AND id = $2;

-- name: edits
-- What people put in the place of a message's body, the first edit first.
SELECT edited, by, why, body FROM inbox_edits WHERE message = $1 ORDER BY number;

-- name: conflicts
-- What else came under a message's id.
SELECT received, body FROM inbox_conflicts WHERE message = $1 ORDER BY number;

-- name: places
-- Where messages stand: lane, key and state.
SELECT number, lane, key, state FROM inbox WHERE number = ANY ($1::bigint[]) ORDER BY number;

-- name: edit
-- Puts another body in the place of a message's; the first stays.
INSERT INTO inbox_edits (message, edited, by, why, body) VALUES ($1, $2, $3, $4, $5);

-- name: rekey
-- Says whom a message is about.
UPDATE inbox SET key = $2, lane = $3 WHERE number = $1;

-- name: release
-- Lets messages out of quarantine.
UPDATE inbox SET state = 'waiting', problem = NULL WHERE number = ANY ($1::bigint[]) AND state = 'quarantined'
RETURNING number;

-- name: drop
-- Gives a message up, with who did and why.
UPDATE inbox SET state = 'dropped', problem = $2 WHERE number = $1;

-- name: let_go
-- Lets those go on that were put aside behind messages of some keys.
UPDATE inbox SET state = 'waiting' WHERE key = ANY ($1::text[]) AND state = 'behind';

-- name: span
-- The first and last number of what came in a time.
SELECT min(number) AS first, max(number) AS last FROM inbox WHERE received >= $1 AND received < $2;

-- name: between
-- What came in a time, a page of numbers.
SELECT i.number, i.source, i.id, i.received, i.kind, i.content_type,
    coalesce(e.body, i.body) AS body, i.key, e.body IS NOT NULL AS edited
FROM inbox i
LEFT JOIN LATERAL (SELECT body FROM inbox_edits WHERE message = i.number ORDER BY number DESC LIMIT 1) e ON true
WHERE i.number > $3 AND i.number <= $4 AND i.received >= $1 AND i.received < $2 AND i.state <> 'dropped'
ORDER BY i.number LIMIT $5;

-- name: standing
-- How many messages wait, are in quarantine, and stand behind those; and since when the oldest waits.
SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') AS waiting,
    (SELECT count(*) FROM inbox WHERE state = 'quarantined') AS quarantined,
    (SELECT count(*) FROM inbox WHERE state = 'behind') AS behind,
    (SELECT min(received) FROM inbox WHERE state = 'waiting') AS oldest;
