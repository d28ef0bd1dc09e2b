-- name: make_rows
-- Makes the rows that are locked, for items and accounts that are loaded for the first time.
WITH items AS (
    INSERT INTO ledger (item) SELECT i FROM unnest($1::text[]) AS i ORDER BY i ON CONFLICT DO NOTHING
)
INSERT INTO accounts (account) SELECT a FROM unnest($2::text[]) AS a ORDER BY a ON CONFLICT DO NOTHING;

-- name: moved
-- The customers whose account may have changed: those of these whose bill_to or parent did, and all below them, with
-- the account that was kept and the account that is.
WITH RECURSIVE below AS (
    SELECT a.customer, 0 AS depth FROM unnest($1::text[]) AS a (customer)
    LEFT JOIN customers c ON c.customer = a.customer AND NOT c.deleted
    LEFT JOIN tops t ON t.customer = a.customer
    WHERE (t.bill_to, t.parent) IS DISTINCT FROM (coalesce(c.bill_to, ''), coalesce(c.parent, ''))
    UNION
    SELECT c.customer, b.depth + 1 FROM below b
    JOIN customers c ON (c.parent = b.customer OR (c.bill_to = b.customer AND c.customer <> b.customer))
    WHERE b.depth < 32 AND NOT c.deleted
)
SELECT DISTINCT b.customer, t.account AS was, credit_top(b.customer) AS account
FROM below b LEFT JOIN tops t ON t.customer = b.customer;

-- name: tops
-- The accounts of customers, as kept.
SELECT DISTINCT account FROM tops WHERE customer = ANY ($1::text[]);

-- name: keep_tops
-- Keeps the accounts of customers, and what they were made from.
INSERT INTO tops (customer, account, bill_to, parent)
SELECT v.customer, v.account, coalesce(c.bill_to, ''), coalesce(c.parent, '')
FROM unnest($1::text[], $2::text[]) AS v (customer, account)
LEFT JOIN customers c ON c.customer = v.customer AND NOT c.deleted
ORDER BY v.customer
ON CONFLICT (customer) DO UPDATE
SET account = excluded.account, bill_to = excluded.bill_to, parent = excluded.parent;

-- name: raise
-- Raises the versions of accounts and items whose facts have changed; their rows are locked.
WITH money AS (UPDATE accounts SET facts = facts + 1 WHERE account = ANY ($1::text[]))
UPDATE ledger SET facts = facts + 1 WHERE item = ANY ($2::text[]);

-- name: raise_world
-- Raises the version of what belongs to no single item or account.
UPDATE world SET facts = facts + 1;

-- name: reported
-- Own demand of orders that the ERP now reports: the reservations of these orders and items, with their customers.
SELECT r.promise, r.place, r.line, r.item, r.site, r.variant, r.day, r.quantity, r.allocation, r.account, r.amount, r.state,
    p."order"
FROM unnest($1::text[], $2::text[]) AS n (number, item)
JOIN promises p ON p."order" = n.number AND p.state = 'ordered'
JOIN reservations r ON r.promise = p.id AND r.item = n.item
ORDER BY r.promise, r.place;

-- name: absorb
-- Ends reservations that the ERP's own demand replaces.
DELETE FROM reservations r USING unnest($1::text[], $2::int[]) AS v (promise, place)
WHERE r.promise = v.promise AND r.place = v.place;

-- name: carry_over
-- Where the ERP reports an order's line without its amount, keeps the amount that was promised, so that exposure does not fall.
UPDATE demand d SET amount = v.amount, currency = (SELECT c.currency FROM customers c WHERE c.customer = v.account)
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::text[]) AS v (number, item, amount, account)
WHERE d."order" = v.number AND d.item = v.item AND NOT d.deleted AND d.amount IS NULL
    AND (d.document, d.line) = (SELECT e.document, e.line FROM demand e WHERE e."order" = v.number AND e.item = v.item
        AND NOT e.deleted AND e.amount IS NULL ORDER BY e.document, e.line LIMIT 1);

-- name: live_on
-- What live promises take of some items, the latest promise first, with the promise's customer, order and money.
SELECT r.promise, r.place, r.line, r.item, r.site, r.variant, r.day, r.quantity, r.allocation, r.account, r.amount, r.state,
    p.customer, p."order"
FROM reservations r JOIN promises p ON p.id = r.promise
WHERE r.item = ANY ($1::text[]) AND r.quantity > 0
ORDER BY r.item, p.made DESC, p.id DESC, r.place;

-- name: move_money
-- Moves the reservations of customers that changed account to the new one.
UPDATE reservations r SET account = v.account
FROM promises p, unnest($1::text[], $2::text[]) AS v (customer, account)
WHERE p.id = r.promise AND p.customer = v.customer AND r.account <> v.account;

-- name: sum_money
-- Sets the money promised on accounts to what their reservations say.
UPDATE accounts a SET promised = coalesce((SELECT sum(r.amount) FROM reservations r WHERE r.account = a.account), 0)
WHERE a.account = ANY ($1::text[]);

-- name: write_taken
-- Sets what live reservations take of items, and takes money off accounts.
WITH money AS (
    UPDATE accounts a SET promised = a.promised - v.amount
    FROM unnest($3::text[], $4::numeric[]) AS v (account, amount) WHERE a.account = v.account
)
UPDATE ledger l SET taken = v.taken FROM unnest($1::text[], $2::text[]) AS v (item, taken) WHERE l.item = v.item;

-- name: open_cases
-- The open cases of promises at risk, of some items.
SELECT id, promise, item, site FROM cases WHERE state = 'open' AND kind = 'promise_at_risk' AND item = ANY ($1::text[]);

-- name: open_case
-- Opens cases; one that is open already for the same thing gets the new figures.
INSERT INTO cases (id, kind, state, owner, opened, promise, "order", customer, item, site, amount, next_step, facts)
SELECT id, 'promise_at_risk', 'open', 'operations', $1, promise, placed_as, customer, item, site, amount, next_step, facts
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::text[], $10::text[])
    AS v (id, promise, placed_as, customer, item, site, amount, next_step, facts)
ON CONFLICT (kind, coalesce(promise, ''), coalesce(item, ''), coalesce(site, '')) WHERE state = 'open'
DO UPDATE SET facts = excluded.facts, amount = excluded.amount, next_step = excluded.next_step;

-- name: close_cases
-- Closes cases that the facts have settled.
UPDATE cases SET state = 'closed', closed = $1, closed_why = $2 WHERE id = ANY ($3::text[]);

-- name: list_cases
-- Cases of a state, the newest first, a page at a time.
SELECT id, kind, state, owner, opened, closed, promise, "order", customer, item, site, amount::text AS amount,
    next_step, facts, closed_why
FROM cases
WHERE ($1 = 'all' OR state = $1) AND ($2 = '' OR id < $2) AND ($3::text[] IS NULL OR customer = ANY ($3::text[]))
ORDER BY id DESC LIMIT $4;
