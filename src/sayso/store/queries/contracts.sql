-- name: in_force
-- The contracts of each system that count: of every kind the highest version.
SELECT DISTINCT ON (system, kind) system, kind, version, body
FROM contracts
ORDER BY system, kind, version DESC

-- name: versions
-- Every version of a kind of message of a system, the oldest first.
SELECT version, mode, since, by, body FROM contracts WHERE system = $1 AND kind = $2 ORDER BY version

-- name: latest
-- The version in force of a kind of message of a system.
SELECT version, body FROM contracts WHERE system = $1 AND kind = $2 ORDER BY version DESC LIMIT 1

-- name: add
-- A new version. Nothing is added where there is one of its number.
INSERT INTO contracts (system, kind, version, mode, body, since, by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (system, kind, version) DO NOTHING
RETURNING version

-- name: mark
-- A mark of what is in force: it changes whenever a contract is put.
SELECT count(*)::text || ' ' || coalesce(max(since)::text, '') FROM contracts
