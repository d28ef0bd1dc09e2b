-- An effect is unfinished while it is waiting, sending, unclear or failed: those of its key and system that come after it
-- wait for it. A failed one is taken up again, or dropped, by a person.

-- name: put
-- Decides effects; one that was decided before stays as it is.
INSERT INTO outbox (effect, system, kind, key, cause, body, amount, currency, share, decided, due)
SELECT effect, system, kind, key, cause, body, amount, currency, share, $10, $10
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::numeric[], $8::text[], $9::text[])
    WITH ORDINALITY AS g (effect, system, kind, key, cause, body, amount, currency, share, place)
ORDER BY place ON CONFLICT (effect) DO NOTHING RETURNING effect;

-- name: expire
-- What was being sent by somebody whose lease ran out may have been done or not. Leases go by PostgreSQL's clock, which
-- is one for all workers.
UPDATE outbox SET state = 'unclear', due = least(due, $2), leased_until = NULL, leased_by = NULL
WHERE number = ANY (ARRAY(
    SELECT number FROM outbox WHERE system = $1 AND state = 'sending' AND leased_until < clock_timestamp()
    FOR UPDATE SKIP LOCKED));

-- name: wanted
-- Which shares of a system have something due, or something that was leased to somebody who is gone.
SELECT s.share FROM unnest($2::text[]) WITH ORDINALITY AS s (share, place)
WHERE (SELECT o.number FROM outbox o
        WHERE o.system = $1 AND o.share = s.share AND o.due <= $3 AND o.state IN ('waiting', 'unclear')
        ORDER BY o.due, o.number LIMIT 1) IS NOT NULL
    OR (SELECT o.number FROM outbox o
        WHERE o.system = $1 AND o.share = s.share AND o.leased_until < clock_timestamp() AND o.state = 'sending'
        ORDER BY o.leased_until LIMIT 1) IS NOT NULL
ORDER BY s.place;

-- name: claim
-- Leases what is due of a share of a system, of each key only what was decided first.
UPDATE outbox t SET state = 'sending', leased_until = clock_timestamp() + $5::interval, leased_by = $6, sent = $3,
    tries = t.tries + 1
FROM (
    SELECT o.number, o.state = 'unclear' AS unclear FROM outbox o
    WHERE o.system = $1 AND o.share = $2 AND o.due <= $3 AND o.state IN ('waiting', 'unclear')
        AND (o.key = '' OR NOT EXISTS (
            SELECT FROM outbox e WHERE e.key = o.key AND e.system = o.system AND e.number < o.number
                AND e.state IN ('waiting', 'sending', 'unclear', 'failed')))
    ORDER BY o.due, o.number LIMIT $4 FOR UPDATE OF o SKIP LOCKED
) AS chosen
WHERE t.number = chosen.number
RETURNING t.number, t.effect, t.system, t.kind, t.key, t.cause, t.body, t.amount, t.currency, t.decided, t.state, t.share,
    t.tries, t.due, t.settled, t.problem, chosen.unclear;

-- name: settle
-- Says what became of an effect that one still has the lease of.
UPDATE outbox SET state = $3, problem = $4, answer = coalesce($5, answer), due = $6, settled = $7,
    leased_until = NULL, leased_by = NULL
WHERE number = $1 AND leased_by = $2 AND state = 'sending' RETURNING number;

-- name: one
-- An effect.
SELECT number, effect, system, kind, key, cause, body, amount, currency, decided, state, share, tries, due, settled, problem
FROM outbox WHERE effect = $1;

-- name: of_key
-- The effects of a key, as they were decided.
SELECT number, effect, system, kind, key, cause, body, amount, currency, decided, state, share, tries, due, settled, problem
FROM outbox WHERE key = $1 ORDER BY number;

-- name: problems
-- Effects that were refused or failed, after a number.
SELECT number, effect, system, kind, key, cause, body, amount, currency, decided, state, share, tries, due, settled, problem
FROM outbox WHERE state IN ('refused', 'failed') AND number > $1 AND ($2 = '' OR system = $2) ORDER BY number LIMIT $3;

-- name: lock
-- Holds an effect; tells its state.
SELECT state FROM outbox WHERE effect = $1 FOR UPDATE;

-- name: retry
-- Takes an effect up again. One that failed may have been done, so it is looked up first.
UPDATE outbox SET state = CASE WHEN state = 'failed' THEN 'unclear' ELSE 'waiting' END, tries = 0, due = $2,
    problem = NULL, settled = NULL
WHERE effect = $1;

-- name: drop
-- Gives an effect up.
UPDATE outbox SET state = 'dropped', problem = $2, settled = $3 WHERE effect = $1;

-- name: standing
-- How many effects of each system are in each state that is not the end, and since when the oldest is due.
SELECT system, state, count(*) AS effects, min(decided) AS oldest
FROM outbox WHERE state IN ('waiting', 'sending', 'unclear', 'failed') GROUP BY system, state ORDER BY system, state;
