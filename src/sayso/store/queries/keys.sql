-- name: find_key
-- The key of a secret's hash that is neither revoked nor expired, and whether its last use is worth noting.
SELECT name, scopes, customers, systems, expires,
    last_used IS NULL OR last_used < $2::timestamptz - interval '1 hour' AS stale
FROM api_keys
WHERE hash = $1 AND revoked IS NULL AND (expires IS NULL OR expires > $2::timestamptz)

-- name: note_use
-- Remember that a key was used, to the hour: a second process that does the same changes nothing.
UPDATE api_keys SET last_used = $2
WHERE name = $1 AND (last_used IS NULL OR last_used < $2::timestamptz - interval '1 hour')

-- name: add_key
-- Keep a new key, unless one of this name was ever there.
INSERT INTO api_keys (name, hash, scopes, customers, created, expires, systems)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (name) DO NOTHING
RETURNING name

-- name: list_keys
-- Every key that was ever made, without what could open a door.
SELECT name, scopes, customers, systems, created, expires, revoked, last_used FROM api_keys ORDER BY name

-- name: revoke_key
-- Revoke a key; the moment of a first revocation stays.
UPDATE api_keys SET revoked = coalesce(revoked, $2) WHERE name = $1 RETURNING revoked
