-- name: make_rows
-- Makes the rows that are locked, for items and accounts that are loaded for the first time; a kit's components may be
-- promised on backorder before anybody tells of them.
WITH items AS (
    INSERT INTO ledger (item)
    SELECT i FROM unnest($1::text[]) AS i
    UNION SELECT k.component FROM kits k WHERE k.item = ANY ($1::text[]) AND NOT k.deleted
    ORDER BY 1 ON CONFLICT DO NOTHING
)
INSERT INTO accounts (account) SELECT a FROM unnest($2::text[]) AS a ORDER BY a ON CONFLICT DO NOTHING;

-- name: one_at_a_time
-- Waits until no other load changes who belongs to which account: each has to see what the others did.
SELECT pg_advisory_xact_lock(hashtext('sayso tops'), hashtext(current_schema()));

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

-- name: raise_in_order
-- The same where the rows are not locked yet: accounts, then items, each sorted, as all lock them.
WITH owed AS MATERIALIZED (SELECT account FROM accounts WHERE account = ANY ($1::text[]) ORDER BY account FOR UPDATE),
money AS (UPDATE accounts SET facts = facts + 1 WHERE account IN (SELECT account FROM owed)),
goods AS MATERIALIZED (
    SELECT item FROM ledger WHERE item = ANY ($2::text[]) AND (SELECT count(*) FROM owed) >= 0 ORDER BY item FOR UPDATE)
UPDATE ledger SET facts = facts + 1 WHERE item IN (SELECT item FROM goods);

-- name: raise_world
-- Raises the version of what belongs to no single item or account.
UPDATE world SET facts = facts + 1;

-- name: reported
-- Own demand of orders and items that the ERP reports: their reservations, and whether the ERP's rows stand for the
-- quantity (they name one, and the site) and for the money. Rows of a status that does not count stand for nothing.
SELECT r.promise, r.place, r.line, r.item, r.site, r.variant, r.day, r.quantity, r.allocation, r.account, r.amount, r.state,
    o."order", n.as_quantity, n.as_money
FROM (
    SELECT d."order" AS number, d.item, bool_or(d.amount IS NOT NULL) AS as_money,
        bool_or(d.quantity IS NOT NULL AND coalesce(d.site, '') <> '') AS as_quantity
    FROM unnest($1::text[], $2::text[]) AS n (number, item)
    JOIN demand d ON d."order" = n.number AND d.item = n.item
    WHERE NOT d.deleted AND coalesce(nullif(d.status, ''), 'confirmed') = ANY ($3::text[])
    GROUP BY d."order", d.item) n
JOIN orders o ON o."order" = n.number
JOIN promises p ON p.id = o.promise AND p.state = 'ordered'
JOIN reservations r ON r.promise = p.id AND r.item = n.item
WHERE n.as_quantity OR n.as_money
ORDER BY r.promise, r.place;

-- name: reported_of
-- What the ERP has reported of some orders: the items.
SELECT DISTINCT "order", item FROM demand
WHERE "order" = ANY ($1::text[]) AND item IS NOT NULL AND NOT deleted ORDER BY 1, 2;

-- name: owners
-- The accounts of the customers of some orders of ours.
SELECT DISTINCT t.account FROM orders o JOIN tops t ON t.customer = o.customer WHERE o."order" = ANY ($1::text[]);

-- name: absorb
-- Ends reservations that the ERP's own demand replaces.
DELETE FROM reservations r USING unnest($1::text[], $2::int[]) AS v (promise, place)
WHERE r.promise = v.promise AND r.place = v.place;

-- name: absorb_money
-- Takes the money off reservations whose quantity the ERP does not report.
UPDATE reservations r SET amount = 0 FROM unnest($1::text[], $2::int[]) AS v (promise, place)
WHERE r.promise = v.promise AND r.place = v.place;

-- name: carry
-- Remembers what was promised for an order's item that the ERP reports without an amount, in the account's currency:
-- its customer's, or the company's where $5 says so.
INSERT INTO carried ("order", item, amount, currency)
SELECT v.number, v.item, v.amount, (SELECT c.currency FROM customers c WHERE c.customer = v.account AND NOT $5)
FROM unnest($1::text[], $2::text[], $3::numeric[], $4::text[]) AS v (number, item, amount, account)
ON CONFLICT ("order", item) DO UPDATE SET amount = carried.amount + excluded.amount;

-- name: fill_amounts
-- Where the ERP tells no amount of an order's item, in none of its rows, the one that was promised stands in the first.
UPDATE demand d SET amount = v.amount, currency = v.currency, currency_factor = NULL
FROM (
    SELECT DISTINCT ON (e."order", e.item) e.document, e.line, e.variant, c.amount, c.currency
    FROM unnest($1::text[], $2::text[]) AS n (number, item)
    JOIN carried c ON c."order" = n.number AND c.item = n.item
    JOIN demand e ON e."order" = n.number AND e.item = n.item AND NOT e.deleted
    WHERE NOT EXISTS (SELECT FROM demand f
        WHERE f."order" = n.number AND f.item = n.item AND NOT f.deleted AND f.amount IS NOT NULL)
    ORDER BY e."order", e.item, e.document, e.line, e.variant) v
WHERE d.document = v.document AND d.line = v.line AND d.variant = v.variant;

-- name: fill_customers
-- Where the ERP does not tell whose an order of ours is, it is its customer's.
UPDATE demand d SET customer = o.customer
FROM unnest($1::text[], $2::text[]) AS n (number, item)
JOIN orders o ON o."order" = n.number AND o.state <> 'rejected'
WHERE d."order" = n.number AND d.item = n.item AND NOT d.deleted AND coalesce(d.customer, '') = '';

-- name: live_on
-- What live promises take of some items, the latest promise first and of one promise the latest day, with the promise's customer, order and money; of
-- orders that were promised firmly also what the ERP reports as still to leave (of the others nobody said when).
SELECT r.promise, r.place, r.line, r.item, r.site, r.variant, r.day, r.quantity, r.allocation, r.account, r.amount, r.state,
    p.customer, p."order", p.made
FROM reservations r JOIN promises p ON p.id = r.promise
WHERE r.item = ANY ($1::text[]) AND r.quantity > 0
UNION ALL
SELECT p.id, 0, 0, d.item, d.site, d.variant, coalesce(d.due, d.planned, d.requested, '0001-01-01'),
    d.quantity - coalesce(d.reserved, 0), '', p.account, coalesce(d.amount, 0), '', o.customer, o."order", p.made
FROM demand d
JOIN orders o ON o."order" = d."order" AND o.state IN ('placed', 'countersigned')
JOIN promises p ON p.id = o.promise AND p.state = 'ordered' AND p.verdict = 'firm'
WHERE d.item = ANY ($1::text[]) AND NOT d.deleted AND d.quantity > coalesce(d.reserved, 0) AND coalesce(d.site, '') <> ''
    AND coalesce(nullif(d.fulfilment, ''), 'stock') = 'stock' AND coalesce(d.kind, '') <> 'allocation'
    AND coalesce(nullif(d.status, ''), 'confirmed') = ANY ($2::text[])
ORDER BY item, made DESC, promise DESC, day DESC, place DESC;

-- name: money_of_lines
-- What lines of promises come to, with the units that share it: those that the line takes of all its items, of a kit
-- those of one component (a kit's money stands beside its components, on none of them).
SELECT r.promise, r.line, r.item, l.amount, CASE WHEN l.kit THEN sum(r.quantity) ELSE l.quantity END AS units
FROM reservations r
JOIN (
    SELECT m.promise, m.line, sum(m.amount) AS amount, sum(m.quantity) AS quantity, bool_or(m.quantity = 0) AS kit
    FROM reservations m JOIN unnest($1::text[], $2::int[]) AS v (promise, line) USING (promise, line)
    GROUP BY m.promise, m.line
) l USING (promise, line)
WHERE r.quantity > 0 GROUP BY r.promise, r.line, r.item, l.amount, l.quantity, l.kit;

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
WITH made AS (
    INSERT INTO cases (id, kind, state, owner, opened, due, promise, "order", customer, item, site, amount, next_step, facts)
    SELECT id, 'promise_at_risk', 'open', 'operations', $1, $1::timestamptz + interval '1 day', promise, placed_as, customer, item, site,
        amount, next_step, facts
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::text[],
        $10::text[]) AS v (id, promise, placed_as, customer, item, site, amount, next_step, facts)
    ON CONFLICT (kind, coalesce(promise, ''), coalesce(item, ''), coalesce(site, '')) WHERE state = 'open' AND key = ''
    DO UPDATE SET facts = excluded.facts, amount = excluded.amount, next_step = excluded.next_step
    RETURNING id, next_step, facts)
INSERT INTO case_history ("case", at, action, note, facts)
SELECT id, $1, 'opened', next_step, facts FROM made WHERE id = ANY ($2::text[]);

-- name: close_cases
-- Closes cases that the facts have settled.
WITH closed_now AS (
    UPDATE cases SET state = 'closed', closed = $1::timestamptz, closed_why = $2::text WHERE id = ANY ($3::text[]) AND state = 'open'
    RETURNING id)
INSERT INTO case_history ("case", at, action, note) SELECT id, $1, 'closed', $2 FROM closed_now;
