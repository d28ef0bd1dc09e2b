-- name: standing
-- The open cases of the kinds $1 about some orders, or about documents and no order; and of the kinds $4 of the customers of some accounts; and
-- of each of these keys the open case, else the last.
SELECT id, kind, key, state, digest, closed_by FROM cases
WHERE state = 'open' AND key <> '' AND kind = ANY ($1::text[]) AND ("order" = ANY ($2::text[]) OR (document = ANY ($3::text[]) AND "order" IS NULL))
UNION
SELECT id, kind, key, state, digest, closed_by FROM cases
WHERE cardinality($5::text[]) > 0 AND state = 'open' AND key <> '' AND kind = ANY ($4::text[])
    AND coalesce(customer, '') IN (SELECT unnest($5::text[]) UNION SELECT customer FROM tops WHERE account = ANY ($5::text[]))
UNION
SELECT c.id, c.kind, c.key, c.state, c.digest, c.closed_by
FROM unnest($6::text[], $7::text[]) AS v (kind, key)
CROSS JOIN LATERAL (
    SELECT * FROM cases WHERE kind = v.kind AND key = v.key AND key <> '' ORDER BY state DESC, id DESC LIMIT 1) c
ORDER BY kind, key;

-- name: standing_of_kinds
-- All open cases of these kinds; and of each of these keys the open case, else the last.
SELECT id, kind, key, state, digest, closed_by FROM cases WHERE state = 'open' AND key <> '' AND kind = ANY ($1::text[])
UNION
SELECT c.id, c.kind, c.key, c.state, c.digest, c.closed_by
FROM unnest($2::text[], $3::text[]) AS v (kind, key)
CROSS JOIN LATERAL (
    SELECT * FROM cases WHERE kind = v.kind AND key = v.key AND key <> '' ORDER BY state DESC, id DESC LIMIT 1) c
ORDER BY kind, key;

-- name: open
-- Opens cases. One that somebody else has opened at this moment gets the new figures, and is not told back.
WITH made AS (
    INSERT INTO cases (id, kind, key, state, owner, opened, due, "order", customer, document, item, site, line, amount,
        currency, next_step, facts, digest)
    SELECT id, kind, key, 'open', owner, $1, due, nullif(number, ''), customer, document, nullif(item, ''),
        nullif(site, ''), line, amount, nullif(currency, ''), next_step, facts, digest
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::int[], $13::numeric[], $14::text[], $15::text[], $16::text[], $17::text[])
        AS v (id, kind, key, owner, due, number, customer, document, item, site, line, amount, currency, next_step,
            facts, digest)
    ORDER BY kind, key
    ON CONFLICT (kind, key) WHERE state = 'open' AND key <> ''
    DO UPDATE SET facts = excluded.facts, amount = excluded.amount, currency = excluded.currency,
        next_step = excluded.next_step, digest = excluded.digest, customer = excluded.customer,
        "order" = coalesce(excluded."order", cases."order")
    RETURNING id)
SELECT id FROM made WHERE id = ANY ($2::text[]);

-- name: renew
-- Brings cases up to date; those that were closed are opened again, with new time. Tells which of them it found so.
UPDATE cases c SET
    state = 'open', closed = NULL, closed_why = NULL, closed_by = '',
    reopened = c.reopened + CASE WHEN c.state = 'closed' THEN 1 ELSE 0 END,
    due = CASE WHEN c.state = 'closed' THEN v.due ELSE c.due END,
    "order" = coalesce(nullif(v.number, ''), c."order"), customer = v.customer, document = v.document, item = nullif(v.item, ''),
    site = nullif(v.site, ''), line = v.line, amount = v.amount, currency = nullif(v.currency, ''),
    next_step = v.next_step, facts = v.facts, digest = v.digest
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::int[], $10::numeric[], $11::text[], $12::text[], $13::text[], $14::text[])
    AS v (id, was, due, number, customer, document, item, site, line, amount, currency, next_step, facts, digest)
WHERE c.id = v.id AND c.state = v.was
RETURNING c.id;

-- name: close
-- Closes cases that are open; tells which.
UPDATE cases SET state = 'closed', closed = $1, closed_why = $2, closed_by = $3
WHERE id = ANY ($4::text[]) AND state = 'open'
RETURNING id, kind, coalesce("order", '') AS "order", coalesce(customer, '') AS customer;

-- name: history
-- Writes down what was done about cases.
INSERT INTO case_history ("case", at, by, action, note, facts)
SELECT v.c, $1, v.by, v.action, v.note, v.facts
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS v (c, by, action, note, facts);

-- name: listed
-- Cases as asked for, the newest first, a page at a time.
SELECT id, kind, key, state, owner, opened, due, closed, promise, "order", customer, document, item, site, line,
    amount::text AS amount, currency, next_step, facts, closed_why, closed_by, assigned, reopened
FROM cases
WHERE ($1 = 'all' OR state = $1) AND ($2 = '' OR id < $2) AND ($3::text[] IS NULL OR customer = ANY ($3::text[]))
    AND ($4 = '' OR owner = $4) AND ($5 = '' OR kind = $5) AND ($6 = '' OR "order" = $6) AND ($7 = '' OR customer = $7)
    AND ($8 = '' OR assigned = $8)
    AND ($9::boolean IS NULL OR (state = 'open' AND due IS NOT NULL AND due < $10) = $9)
ORDER BY id DESC LIMIT $11;

-- name: one
-- A case.
SELECT id, kind, key, state, owner, opened, due, closed, promise, "order", customer, document, item, site, line,
    amount::text AS amount, currency, next_step, facts, closed_why, closed_by, assigned, reopened
FROM cases WHERE id = $1;

-- name: past
-- What was done about a case, the first first.
SELECT at, by, action, note, facts FROM case_history WHERE "case" = $1 ORDER BY number;

-- name: times
-- How often an action was done about a case.
SELECT count(*) FROM case_history WHERE "case" = $1 AND action = $2;

-- name: assign
-- Says who works on a case.
UPDATE cases SET assigned = $2 WHERE id = $1;

-- name: hold
-- Waits until nobody else works on a case.
SELECT pg_advisory_xact_lock(hashtext('sayso case'), hashtext($1));

-- name: tellings
-- Of every document of a number the telling that counts.
SELECT DISTINCT ON (family) family, type, occurred, data FROM documents
WHERE family = ANY ($2::text[]) AND document = $1 ORDER BY family, revision DESC, digest;
