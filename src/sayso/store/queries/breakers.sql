-- Whoever claims effects of a system holds its row here first, so what is read and spent of a budget is right.

-- name: make
-- A row for a system, where there is none.
INSERT INTO breakers (system) VALUES ($1) ON CONFLICT DO NOTHING;

-- name: lock
-- How a system fares, held until the end of the transaction.
SELECT state, failures, until FROM breakers WHERE system = $1 FOR UPDATE;

-- name: all
-- How every system fares.
SELECT system, state, failures, until, changed FROM breakers ORDER BY system;

-- name: probe
-- One request is let through to see whether the system is back.
UPDATE breakers SET state = 'half_open', until = $2, changed = $3 WHERE system = $1;

-- name: failed
-- Counts a failure; after too many, or when the probe failed, no more is asked for a while.
UPDATE breakers SET failures = failures + 1,
    state = CASE WHEN state <> 'closed' OR failures + 1 >= $2 THEN 'open' ELSE state END,
    until = CASE WHEN state <> 'closed' OR failures + 1 >= $2 THEN $3 ELSE until END,
    changed = CASE WHEN state <> 'closed' OR failures + 1 >= $2 THEN $4 ELSE changed END
WHERE system = $1 RETURNING state;

-- name: pause
-- Nothing is asked of a system until it said it would hear.
UPDATE breakers SET until = greatest(until, $2), changed = $3 WHERE system = $1 AND state = 'closed';

-- name: succeeded
-- The system answered.
UPDATE breakers SET state = 'closed', failures = 0, until = NULL, changed = $2
WHERE system = $1 AND (state <> 'closed' OR failures > 0);

-- name: spent
-- What was spent of a system's budget in a window.
SELECT share, used FROM budgets WHERE system = $1 AND starts = $2;

-- name: spend
-- Spends of a share in a window; what earlier windows spent is forgotten.
INSERT INTO budgets AS b (system, share, starts, used) VALUES ($1, $2, $3, $4)
ON CONFLICT (system, share) DO UPDATE SET starts = excluded.starts,
    used = CASE WHEN b.starts = excluded.starts THEN b.used ELSE 0 END + excluded.used;
