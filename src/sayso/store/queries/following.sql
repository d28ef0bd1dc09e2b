-- name: lock_keys
-- Waits until nobody else works on these orders, documents and accounts. Sorted by the caller, in one order for all.
SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k;

-- name: orders_of
-- The orders that told documents are about, by the key of the document: 'shipment S-1', 'invoice I-1'; of a payment, those
-- that it was applied to.
SELECT DISTINCT v.key, c.key AS about
FROM unnest($1::text[], $2::text[], $3::text[]) AS v (key, family, document)
JOIN documents d ON d.family = v.family AND d.document = v.document
JOIN concerns c ON c.document = d.number AND c.key LIKE 'order %'
UNION
SELECT p.key, c.key
FROM unnest($1::text[], $2::text[]) AS v (key, family)
JOIN concerns p ON p.key = v.key AND v.family = 'payment.received'
JOIN concerns c ON c.document = p.document AND c.key LIKE 'order %';

-- name: keep
-- Adds tellings that are not there yet; their place in the arrays, and their numbers.
WITH told AS (
    SELECT ordinality::int AS place, v.* FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[],
        $7::timestamptz[], $8::timestamptz[], $9::text[], $10::bigint[], $11::bytea[]) WITH ORDINALITY
        AS v (family, document, revision, digest, type, subject, occurred, received, source, message, data)
), kept AS (
    INSERT INTO documents (family, document, revision, digest, type, subject, occurred, received, source, message, data)
    SELECT family, document, revision, digest, type, subject, occurred, received, source, message, data FROM told
    ORDER BY place
    ON CONFLICT (family, document, revision, digest) DO NOTHING
    RETURNING number, family, document, revision, digest
)
SELECT t.place, k.number FROM kept k JOIN told t USING (family, document, revision, digest);

-- name: keep_least
-- A telling that came again with another time, or from another system: the least counts, whichever came first.
UPDATE documents d SET occurred = v.occurred, source = v.source, subject = v.subject
FROM (SELECT DISTINCT ON (family, document, revision, digest) * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[],
        $5::timestamptz[], $6::text[], $7::text[]) AS u (family, document, revision, digest, occurred, source, subject)
    ORDER BY family, document, revision, digest, occurred, source COLLATE "C", subject COLLATE "C") v
WHERE (d.family, d.document, d.revision, d.digest) = (v.family, v.document, v.revision, v.digest)
    AND (v.occurred, v.source COLLATE "C", v.subject COLLATE "C") < (d.occurred, d.source COLLATE "C", d.subject COLLATE "C");

-- name: concern
-- Says which orders tellings are about.
INSERT INTO concerns (key, document) SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING;

-- name: concern_again
-- The same for tellings that were there already under other orders.
INSERT INTO concerns (key, document)
SELECT v.key, d.number FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[]) AS v (key, family, document, revision, digest)
JOIN documents d USING (family, document, revision, digest) ON CONFLICT DO NOTHING RETURNING key;

-- name: claim
-- An order claims what waited for a document of its own.
INSERT INTO concerns (key, document)
SELECT v.about, c.document FROM unnest($1::text[], $2::text[]) AS v (key, about) JOIN concerns c ON c.key = v.key
ON CONFLICT DO NOTHING RETURNING key;

-- name: claim_payments
-- An application that waited for an invoice brings what was told of its payment.
INSERT INTO concerns (key, document)
SELECT v.about, t.document FROM unnest($1::text[], $2::text[]) AS v (key, about) JOIN concerns c ON c.key = v.key
JOIN documents d ON d.number = c.document AND d.family = 'payment.applied'
JOIN concerns p ON p.document = d.number AND p.key LIKE 'payment %' JOIN concerns t ON t.key = p.key
ON CONFLICT DO NOTHING;

-- name: known
-- Everything that was told about some keys.
SELECT c.key, d.number, d.family, d.document, d.revision, d.digest, d.type, d.subject, d.occurred, d.source, d.data
FROM concerns c JOIN documents d ON d.number = c.document WHERE c.key = ANY ($1::text[]);

-- name: known_by
-- The same as it was known at a moment.
SELECT c.key, d.number, d.family, d.document, d.revision, d.digest, d.type, d.subject, d.occurred, d.source, d.data
FROM concerns c JOIN documents d ON d.number = c.document WHERE c.key = ANY ($1::text[]) AND d.received <= $2;

-- name: states
-- The states of orders as they were last folded.
SELECT "order", digest, state FROM transactions WHERE "order" = ANY ($1::text[]);

-- name: write_states
-- Writes the states of orders.
INSERT INTO transactions AS t ("order", customer, currency, stage, operational, financial, amount, placed, changed, digest, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::numeric[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::bytea[])
ON CONFLICT ("order") DO UPDATE SET customer = excluded.customer, currency = excluded.currency, stage = excluded.stage,
    operational = excluded.operational, financial = excluded.financial, amount = excluded.amount,
    placed = excluded.placed, changed = excluded.changed, digest = excluded.digest, state = excluded.state;

-- name: asked_for
-- What was decided to be asked for, by whose it is; whether that is an invoice or a credit that was not refused or dropped; and
-- what such a request covers beside its cause. What was done long ago stands in the orders' states.
SELECT key, effect, cause, kind IN ('issue_invoice', 'issue_credit') AND state NOT IN ('refused', 'dropped') AS money,
    -- A look at the bytes first: most requests cover nothing else, and need not be read.
    CASE WHEN position('"covers"'::bytea IN body) > 0 THEN convert_from(body, 'UTF8')::jsonb -> 'covers' END AS covers
FROM outbox WHERE key = ANY ($1::text[]);

-- name: write_open_items
-- What receivables know of invoices.
INSERT INTO open_items (invoice, customer, account, currency, total, open, disputed, issued, due, state)
SELECT v.invoice, v.customer, coalesce((SELECT t.account FROM tops t WHERE t.customer = v.customer), v.customer),
    v.currency, v.total, v.open, v.disputed, v.issued, v.due, v.state
FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::date[], $8::date[], $9::bytea[])
    AS v (invoice, customer, currency, total, open, disputed, issued, due, state)
ON CONFLICT (invoice) DO UPDATE SET customer = excluded.customer, account = excluded.account, currency = excluded.currency,
    total = excluded.total, open = excluded.open, disputed = excluded.disputed, issued = excluded.issued,
    due = excluded.due, state = excluded.state;

-- name: open_items
-- The invoices of some accounts, or of all, that are not settled, as payments are matched to them.
SELECT state FROM open_items WHERE ($1::text[] IS NULL OR account = ANY ($1::text[])) AND open <> 0 ORDER BY issued, invoice;

-- name: items_named
-- Invoices by their numbers, settled ones as well.
SELECT state FROM open_items WHERE invoice = ANY ($1::text[]) ORDER BY issued, invoice;

-- name: items
-- Invoices by number, as payments are matched to them.
SELECT state FROM open_items WHERE invoice = ANY ($1::text[]);

-- name: customer_of
-- Whose an invoice is.
SELECT customer FROM open_items WHERE invoice = $1;

-- name: account_of
-- The credit accounts of customers; one that is not known is its own.
SELECT c AS customer, coalesce(t.account, c) AS account FROM unnest($1::text[]) AS c LEFT JOIN tops t ON t.customer = c;

-- name: write_payments
-- What receivables know of payments.
INSERT INTO payments (payment, customer, account, currency, amount, applied, unapplied, reversed, received, state)
SELECT v.payment, v.customer, coalesce((SELECT t.account FROM tops t WHERE t.customer = v.customer), v.customer),
    v.currency, v.amount, v.applied, v.unapplied, v.reversed, v.received, v.state
FROM unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[], $8::date[], $9::bytea[])
    AS v (payment, customer, currency, amount, applied, unapplied, reversed, received, state)
ON CONFLICT (payment) DO UPDATE SET customer = excluded.customer, account = excluded.account, currency = excluded.currency,
    amount = excluded.amount, applied = excluded.applied, unapplied = excluded.unapplied, reversed = excluded.reversed,
    received = excluded.received, state = excluded.state;

-- name: payments
-- Payments of some accounts, or by number: those with cash left, and those received since a day.
SELECT payment, account, state FROM payments
WHERE payment = ANY ($2::text[]) OR (account = ANY ($1::text[]) AND (unapplied <> 0 OR received >= $3)) ORDER BY received, payment;

-- name: write_postings
-- Adds to the books.
INSERT INTO postings (entry, document, account, customer, currency, debit, credit, posted)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::timestamptz[]);

-- name: posted
-- What stands in the books of documents, and in how many entries it was posted.
SELECT p.document, p.account, p.customer, p.currency, sum(p.debit) - sum(p.credit) AS net, max(n.entries)::int AS entries
FROM postings p
JOIN (SELECT document, count(DISTINCT entry) AS entries FROM postings WHERE document = ANY ($1::text[]) GROUP BY document) n
    USING (document)
GROUP BY p.document, p.account, p.customer, p.currency;

-- name: orders_state
-- What the storefront is told of its order changes with what the ERP said of it.
UPDATE orders o SET state = v.state, why = nullif(v.why, ''), ended = v.ended
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS v (number, state, why, ended)
WHERE o."order" = v.number AND o.state <> v.state AND o.state IN ('placed', 'countersigned', 'held');

-- name: lock_shelves
-- Waits until nobody else takes anything off some shelves.
SELECT FROM stock s JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS v (item, site)) v USING (item, site)
WHERE s.variant = '' ORDER BY s.item, s.site FOR UPDATE OF s;

-- name: ship_out
-- What left a site is no longer on its shelf, unless the shelf was counted after it left; what was taken off each. The shelf
-- then stands as of the last that left, and what left before that and is told later still counts.
WITH gone AS (
    SELECT s.item, s.site, s.load_id, sum(v.quantity) AS quantity, max(v.left_at) AS left_at,
        coalesce(max(c.counted), s.as_of) AS counted, count(c.counted) = 0 AS first
    FROM unnest($1::text[], $2::text[], $3::numeric[], $4::timestamptz[]) AS v (item, site, quantity, left_at)
    JOIN stock s ON s.item = v.item AND s.site = v.site AND s.variant = '' AND NOT s.deleted
    LEFT JOIN shelf_counts c ON c.item = s.item AND c.site = s.site AND c.load_id = s.load_id
    WHERE coalesce(c.counted, s.as_of) < v.left_at
    GROUP BY s.item, s.site, s.variant
), counts AS (
    INSERT INTO shelf_counts (item, site, load_id, counted)
    SELECT item, site, load_id, counted FROM gone WHERE first ORDER BY item, site
    ON CONFLICT (item, site) DO UPDATE SET load_id = excluded.load_id, counted = excluded.counted
)
UPDATE stock s SET on_hand = s.on_hand - g.quantity, as_of = greatest(s.as_of, g.left_at)
FROM gone g WHERE s.item = g.item AND s.site = g.site AND s.variant = ''
RETURNING s.item, s.site, g.quantity;

-- name: still_wanted
-- Of lines of orders that stand as they were told here last: how much is still to leave, what that is worth, and what has left
-- without an invoice. The places of those that do; where somebody else has told of one since, nothing changes.
WITH load AS MATERIALIZED (SELECT nextval('load_ids') AS id)
UPDATE demand d SET quantity = v.quantity, amount = v.amount, amount_shipped_not_invoiced = v.shipped, as_of = $6,
    load_id = (SELECT id FROM load), load_line = v.place
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::numeric[], $5::numeric[]) WITH ORDINALITY
    AS v (document, line, quantity, amount, shipped, place)
WHERE d.document = v.document AND d.line = v.line AND d.variant = '' AND d.fed_by = 'events' AND NOT d.deleted
    AND d.as_of <= $6
RETURNING v.place;

-- name: last_told
-- When any of these was told here last: what is told now was found out after it, whatever the clocks of two workers say.
SELECT max(as_of) FROM (
    SELECT as_of FROM receivables WHERE fed_by = 'events' AND document = ANY ($1::text[])
    UNION ALL SELECT as_of FROM demand WHERE fed_by = 'events' AND document = ANY ($2::text[])
) AS told;

-- name: decided_for
-- The decisions that orders stand on, by the order.
SELECT o."order", o.placed, o.customer, o.po, o.promise, d.answer, d.evidence
FROM orders o JOIN decisions d ON d.id = o.promise
WHERE o."order" = ANY ($1::text[]) ORDER BY o."order", d.made;

-- name: last_words
-- How promises ended, as last said.
SELECT DISTINCT ON (promise) promise, how, cause FROM promise_ends WHERE promise = ANY ($1::text[]) ORDER BY promise, number DESC;

-- name: zones
-- The time zones of sites.
SELECT site, timezone FROM sites WHERE NOT deleted AND coalesce(timezone, '') <> '';

-- name: terms
-- The terms of customers, in days.
SELECT customer, terms_days FROM customers WHERE customer = ANY ($1::text[]) AND NOT deleted;

-- name: factors
-- How many base units one unit of an item has, where that is told.
SELECT u.item, u.uom, u.factor FROM unnest($1::text[], $2::text[]) AS v (item, uom)
JOIN units u ON u.item = v.item AND u.uom = v.uom AND NOT u.deleted;

-- name: substitution
-- What one of a substitute stands for.
SELECT s.item, s.substitute, s.factor FROM unnest($1::text[], $2::text[]) AS v (item, substitute)
JOIN substitutes s ON s.item = v.item AND s.substitute = v.substitute AND NOT s.deleted;

-- name: to_invoice_daily
-- Orders with goods out whose money is not in yet.
SELECT "order" FROM transactions
WHERE NOT financial AND stage NOT IN ('unknown', 'placed', 'rejected', 'accepted', 'held', 'cancelled')
    AND ($1::text[] IS NULL OR customer = ANY ($1::text[])) ORDER BY "order";
