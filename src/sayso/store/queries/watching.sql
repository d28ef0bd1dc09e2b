-- name: no_longer_held
-- The open cases of messages that are not held back any more.
SELECT c.kind, c.key FROM cases c JOIN inbox i ON i.number = substr(c.key, 9)::bigint
WHERE c.kind = 'message_quarantined' AND c.state = 'open' AND c.key ~ '^message [0-9]{1,18}$'
    AND i.state IN ('applied', 'dropped');

-- name: done_after_all
-- The open cases of effects that were brought about after all, or given up; or are unclear no longer.
SELECT c.kind, c.key FROM cases c JOIN outbox o ON o.effect = c.key
WHERE c.kind IN ('effect_refused', 'effect_failed', 'effect_unclear') AND c.state = 'open'
    AND (o.state IN ('done', 'dropped') OR (c.kind = 'effect_unclear' AND o.state <> 'unclear'));

-- name: conflicts
-- Messages that came with two bodies, and of which no case was ever opened.
SELECT i.number, i.source, i.id, i.key AS about FROM (SELECT DISTINCT message FROM inbox_conflicts) v
JOIN inbox i ON i.number = v.message
WHERE NOT EXISTS (SELECT FROM cases c WHERE c.kind = 'message_conflict' AND c.key = 'message ' || i.number)
ORDER BY i.number LIMIT 100;

-- name: unclear
-- Effects of which it is not clear for long whether they were brought about.
SELECT effect, system, kind, key AS about, amount, currency, problem FROM outbox
WHERE state = 'unclear' AND sent <= $1 ORDER BY sent, number LIMIT 500;

-- name: down
-- Systems whose breaker is not closed.
SELECT system, failures FROM breakers WHERE state <> 'closed' ORDER BY system;
