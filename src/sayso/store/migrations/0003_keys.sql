-- API keys: the first form of authentication. The secret itself is nowhere; only its SHA-256 is kept.

CREATE TABLE api_keys (
    name text PRIMARY KEY, -- shown in logs and owner of Idempotency-Keys, so it is never given twice
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32), -- SHA-256 of the secret
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    customers text[] CHECK (cardinality(customers) > 0), -- null: bound to none, may ask for all
    created timestamptz NOT NULL,
    expires timestamptz, -- null: never
    revoked timestamptz, -- null: not revoked
    last_used timestamptz -- null: never; kept to the hour
);
