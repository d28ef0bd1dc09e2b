-- name: items
-- The cards of some items as JSON: everything about an item that no promise changes, in one sorted form.
-- Demand is summed over documents that the judgement treats alike; allocations and inbound stay by document.
SELECT asked.item, jsonb_strip_nulls(jsonb_build_object(
    'item', asked.item,
    'known', i.item IS NOT NULL,
    'uom', coalesce(i.uom, ''),
    'status', coalesce(i.status, ''),
    'stocked', coalesce(i.stocked, true),
    'category', coalesce(i.category, ''),
    'discount_group', coalesce(i.discount_group, ''),
    'pack', i.pack::text,
    'minimum', i.minimum::text,
    'available_from', i.available_from,
    'origin', coalesce(i.origin, ''),
    'hs_code', coalesce(i.hs_code, ''),
    'hazard', coalesce(i.hazard, ''),
    'list_price', i.list_price::text,
    'currency', coalesce(i.currency, ''),
    'lead_days', i.lead_days,
    'units', (SELECT jsonb_object_agg(u.uom, u.factor::text) FROM units u
        WHERE u.item = asked.item AND NOT u.deleted AND u.factor > 0),
    'stock', (SELECT jsonb_agg(jsonb_build_object(
            'site', s.site, 'variant', s.variant, 'on_hand', coalesce(s.on_hand, 0)::text,
            'reserved', coalesce(s.reserved, 0)::text, 'safety_stock', coalesce(s.safety_stock, 0)::text)
            ORDER BY s.site, s.variant)
        FROM stock s WHERE s.item = asked.item AND NOT s.deleted),
    'inbound', (SELECT jsonb_agg(jsonb_build_object(
            'document', b.document, 'line', b.line, 'site', coalesce(b.site, ''), 'variant', b.variant,
            'quantity', coalesce(b.quantity, 0)::text, 'reserved', coalesce(b.reserved, 0)::text, 'due', b.due,
            'vendor', coalesce(b.vendor, ''), 'status', coalesce(b.status, ''), 'kind', coalesce(b.kind, ''),
            'p50', e.p50, 'p90', e.p90) ORDER BY b.document, b.line, b.variant)
        FROM inbound b LEFT JOIN arrivals e
            ON e.document = b.document AND e.line = b.line AND e.variant = b.variant AND e.promised = b.due
        WHERE b.item = asked.item AND NOT b.deleted AND coalesce(b.quantity, 0) <> 0),
    'demand', (SELECT jsonb_agg(d.shown ORDER BY d.shown) FROM (
            SELECT jsonb_build_object(
                'site', coalesce(d.site, ''), 'variant', d.variant, 'quantity', sum(coalesce(d.quantity, 0))::text,
                'reserved', sum(coalesce(d.reserved, 0))::text, 'due', d.due, 'planned', d.planned,
                'requested', d.requested, 'status', coalesce(d.status, ''), 'kind', coalesce(d.kind, ''),
                'fulfilment', coalesce(d.fulfilment, ''), 'supply_document', coalesce(d.supply_document, ''),
                'supply_line', coalesce(d.supply_line, '')) AS shown
            FROM demand d
            WHERE d.item = asked.item AND NOT d.deleted AND coalesce(d.kind, '') <> 'allocation'
                AND coalesce(d.quantity, 0) <> 0
            GROUP BY coalesce(d.site, ''), d.variant, d.due, d.planned, d.requested, coalesce(d.status, ''),
                coalesce(d.kind, ''), coalesce(d.fulfilment, ''), coalesce(d.supply_document, ''),
                coalesce(d.supply_line, '')) d),
    'allocations', (SELECT jsonb_agg(jsonb_build_object(
            'document', a.document, 'line', a.line, 'site', coalesce(a.site, ''), 'variant', a.variant,
            'quantity', coalesce(a.quantity, 0)::text, 'due', coalesce(a.due, a.planned, a.requested),
            'customer', coalesce(a.customer, ''), 'group', coalesce(a."group", ''),
            'contract', coalesce(a.contract, '')) ORDER BY a.document, a.line, a.variant)
        FROM demand a
        WHERE a.item = asked.item AND NOT a.deleted AND a.kind = 'allocation'
            AND coalesce(a.status, '') IN ('', 'confirmed') AND coalesce(a.quantity, 0) > 0),
    'kit', (SELECT jsonb_agg(jsonb_build_object('component', k.component, 'quantity', k.quantity::text)
            ORDER BY k.component)
        FROM kits k WHERE k.item = asked.item AND NOT k.deleted AND k.quantity > 0),
    'substitutes', (SELECT jsonb_agg(jsonb_build_object(
            'item', s.substitute, 'rank', coalesce(s.rank, 0), 'factor', coalesce(s.factor, 1)::text)
            ORDER BY s.substitute)
        FROM substitutes s WHERE s.item = asked.item AND NOT s.deleted),
    'prices', (SELECT jsonb_agg(price_line(p) ORDER BY price_line(p)) FROM prices p
        WHERE p.target_type = 'item' AND p.target = asked.item AND p.source_type <> 'customer' AND NOT p.deleted),
    'as_of', (SELECT to_char(min(s.as_of) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        FROM stock s WHERE s.item = asked.item AND NOT s.deleted)
    ))::text AS body
FROM unnest($1::text[]) AS asked (item)
LEFT JOIN items i ON i.item = asked.item AND NOT i.deleted;

-- name: accounts
-- The cards of some credit accounts as JSON: the customers of each tree, and what they owe.
WITH RECURSIVE tree AS (
    SELECT asked.account, asked.account AS customer, 0 AS depth FROM unnest($1::text[]) AS asked (account)
    UNION
    SELECT t.account, c.customer, t.depth + 1 FROM tree t
    JOIN customers c ON (c.parent = t.customer OR (c.bill_to = t.customer AND c.customer <> t.customer))
    WHERE t.depth < 32 AND NOT c.deleted
), members AS (
    SELECT DISTINCT t.account, t.customer FROM tree t
    WHERE credit_top(t.customer) = t.account
)
SELECT asked.account, jsonb_strip_nulls(jsonb_build_object(
    'account', asked.account,
    'customers', (SELECT jsonb_object_agg(c.customer, jsonb_build_object(
            'customer', c.customer, 'bill_to', coalesce(c.bill_to, ''), 'parent', coalesce(c.parent, ''),
            'company', coalesce(c.company, ''), 'group', coalesce(c."group", ''),
            'price_group', coalesce(c.price_group, ''), 'discount_group', coalesce(c.discount_group, ''),
            'campaigns', to_jsonb(string_to_array(nullif(c.campaigns, ''), '|')), 'country', coalesce(c.country, ''),
            'region', coalesce(c.region, ''), 'currency', coalesce(c.currency, ''), 'terms_days', c.terms_days,
            'credit_limit', c.credit_limit::text, 'hold', coalesce(c.hold, ''), 'shipping_days', c.shipping_days,
            'calendar', coalesce(c.calendar, ''), 'tax_exempt', coalesce(c.tax_exempt, false),
            'licences', to_jsonb(string_to_array(nullif(c.licences, ''), '|'))))
        FROM members m JOIN customers c ON c.customer = m.customer AND NOT c.deleted
        WHERE m.account = asked.account),
    'receivables', (SELECT jsonb_agg(r.shown ORDER BY r.shown) FROM (
            SELECT CASE WHEN r.customer = asked.account AND nullif(r.company, '') IS NULL
                THEN jsonb_build_object('currency', coalesce(r.currency, ''), 'due', r.due, 'open', sum(r.open)::text,
                    'documents', count(*), 'first', min(r.document))
                ELSE jsonb_build_object('currency', coalesce(r.currency, ''), 'due', r.due, 'open', sum(r.open)::text,
                    'documents', count(*), 'first', min(r.document),
                    'customer', nullif(r.customer, asked.account), 'company', nullif(r.company, '')) END AS shown
            FROM members m JOIN receivables r ON r.customer = m.customer AND NOT r.deleted AND r.open <> 0
            WHERE m.account = asked.account
            GROUP BY coalesce(r.currency, ''), r.due, r.customer, nullif(r.company, ''), r.open < 0) r),
    'orders', (SELECT jsonb_agg(o.shown ORDER BY o.shown) FROM (
            SELECT jsonb_build_object('currency', d.currency, 'currency_factor', d.currency_factor::text,
                'status', d.status, 'customer', nullif(d.customer, asked.account), 'company', d.company, 'site', d.site,
                'document', d.document, 'percent_billed', d.percent_billed::text, 'amount', sum(d.amount)::text,
                'shipped_not_invoiced', sum(d.shipped)::text, 'net', nullif(sum(d.net), sum(d.amount))::text,
                'shipped_not_invoiced_net', nullif(sum(d.shipped_net), sum(d.shipped))::text) AS shown
            FROM (SELECT d.customer, coalesce(d.currency, '') AS currency, d.currency_factor,
                    coalesce(d.status, '') AS status, nullif(d.company, '') AS company, d.percent_billed,
                    CASE WHEN nullif(d.company, '') IS NULL THEN nullif(d.site, '') END AS site,
                    CASE WHEN d.currency_factor IS NOT NULL OR d.document = ANY (ARRAY(SELECT n.document FROM members m
                        JOIN demand n ON n.customer = m.customer AND NOT n.deleted AND coalesce(n.amount, n.amount_net) < 0
                        WHERE m.account = asked.account AND coalesce(n.kind, '') <> 'allocation'))
                        THEN d.document END AS document,
                    coalesce(d.amount, d.amount_net, 0) AS amount, coalesce(d.amount_net, d.amount, 0) AS net,
                    coalesce(d.amount_shipped_not_invoiced, d.amount_shipped_not_invoiced_net, 0) AS shipped,
                    coalesce(d.amount_shipped_not_invoiced_net, d.amount_shipped_not_invoiced, 0) AS shipped_net
                FROM members m JOIN demand d ON d.customer = m.customer AND NOT d.deleted
                    AND (coalesce(d.amount, d.amount_net, 0) <> 0
                        OR coalesce(d.amount_shipped_not_invoiced, d.amount_shipped_not_invoiced_net, 0) <> 0)
                WHERE m.account = asked.account AND coalesce(d.kind, '') <> 'allocation') d
            GROUP BY d.currency, d.currency_factor, d.status, d.customer, d.company, d.site, d.document,
                d.percent_billed) o),
    'exposures', (SELECT jsonb_agg(e.shown ORDER BY e.shown) FROM (
            SELECT jsonb_build_object('kind', coalesce(e.kind, ''), 'currency', coalesce(e.currency, ''),
                'amount', sum(e.amount)::text, 'customer', nullif(e.customer, asked.account),
                'company', nullif(e.company, '')) AS shown
            FROM members m JOIN exposures e ON e.customer = m.customer AND NOT e.deleted AND e.amount <> 0
            WHERE m.account = asked.account
            GROUP BY coalesce(e.kind, ''), coalesce(e.currency, ''), e.customer, nullif(e.company, '')) e),
    'prices', (SELECT jsonb_object_agg(p.source, p.lines) FROM (
            SELECT p.source, jsonb_agg(price_line(p) ORDER BY price_line(p)) AS lines
            FROM members m JOIN prices p ON p.source_type = 'customer' AND p.source = m.customer AND NOT p.deleted
            WHERE m.account = asked.account GROUP BY p.source) p),
    'as_of', (SELECT to_char(min(r.as_of) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        FROM members m JOIN receivables r ON r.customer = m.customer AND NOT r.deleted
        WHERE m.account = asked.account)
    ))::text AS body
FROM unnest($1::text[]) AS asked (account);

-- name: world
-- The card of everything that belongs to no single item or account, as JSON.
SELECT jsonb_strip_nulls(jsonb_build_object(
    'sites', (SELECT jsonb_agg(jsonb_build_object(
            'site', s.site, 'country', coalesce(s.country, ''), 'region', coalesce(s.region, ''),
            'timezone', coalesce(nullif(s.timezone, ''), 'UTC'), 'cutoff', coalesce(s.cutoff, ''),
            'calendar', coalesce(s.calendar, ''), 'handling_days', coalesce(s.handling_days, 0),
            'company', coalesce(s.company, '')) ORDER BY s.site)
        FROM sites s WHERE NOT s.deleted),
    'lanes', (SELECT jsonb_agg(jsonb_build_object(
            'site', l.site, 'country', l.country, 'region', l.region, 'transit_days', coalesce(l.transit_days, 0),
            'cost', coalesce(l.cost, 0)::text, 'carrier', coalesce(l.carrier, '')) ORDER BY l.site, l.country, l.region)
        FROM lanes l WHERE NOT l.deleted),
    'calendars', (SELECT jsonb_object_agg(c.calendar, c.days) FROM (
            SELECT c.calendar, jsonb_object_agg(c.date, coalesce(c.working, false)) AS days
            FROM calendars c WHERE NOT c.deleted GROUP BY c.calendar) c),
    'rules', (SELECT jsonb_agg(jsonb_build_object(
            'rule', r.rule, 'effect', r.effect, 'item', coalesce(r.item, ''), 'category', coalesce(r.category, ''),
            'hazard', coalesce(r.hazard, ''), 'country', coalesce(r.country, ''), 'region', coalesce(r.region, ''),
            'licence', coalesce(r.licence, ''), 'reason', coalesce(r.reason, '')) ORDER BY r.rule)
        FROM rules r WHERE NOT r.deleted AND r.effect IS NOT NULL),
    'taxes', (SELECT jsonb_agg(jsonb_build_object(
            'country', t.country, 'region', t.region, 'category', t.category, 'rate', t.rate::text)
            ORDER BY t.country, t.region, t.category)
        FROM taxes t WHERE NOT t.deleted AND t.rate IS NOT NULL),
    'duties', (SELECT jsonb_agg(jsonb_build_object(
            'country', d.country, 'hs_code', d.hs_code, 'origin', d.origin, 'rate', d.rate::text)
            ORDER BY d.country, d.hs_code, d.origin)
        FROM duties d WHERE NOT d.deleted AND d.rate IS NOT NULL),
    'currencies', (SELECT jsonb_agg(jsonb_build_object(
            'currency', c.currency, 'decimals', c.decimals, 'price_precision', c.price_precision::text)
            ORDER BY c.currency)
        FROM currencies c WHERE NOT c.deleted),
    'rates', (SELECT jsonb_agg(jsonb_build_object(
            'currency', r.currency, 'to', r."to", 'starts', nullif(r.starts, '-infinity'::date), 'rate', r.rate::text)
            ORDER BY r.currency, r."to", r.starts)
        FROM rates r WHERE NOT r.deleted AND r.rate > 0),
    'credit_groups', (SELECT jsonb_agg(jsonb_build_object(
            'group', g."group", 'company', g.company, 'credit_limit', g.credit_limit::text) ORDER BY g."group", g.company)
        FROM credit_groups g WHERE NOT g.deleted),
    'prices', (SELECT jsonb_agg(price_line(p) ORDER BY price_line(p)) FROM prices p
        WHERE p.target_type <> 'item' AND p.source_type <> 'customer' AND NOT p.deleted)
    ))::text AS body;

-- name: archive
-- Keeps the bodies of cards that decisions were made from, each once.
INSERT INTO cards (address, kind, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (address) DO NOTHING;

-- name: archived
-- The bodies of archived cards.
SELECT address, body FROM cards WHERE address = ANY ($1::text[]);

-- name: item_versions
-- How items stand, without a lock: the version of their facts, and what live reservations take.
SELECT item, facts, taken FROM ledger WHERE item = ANY ($1::text[]);

-- name: account_versions
-- How accounts stand, without a lock: the version of their facts, and the money promised.
SELECT account, facts, promised::text AS promised FROM accounts WHERE account = ANY ($1::text[]);

-- name: promised_by
-- The money promised on accounts by customer. Reservations end when the ERP reports their orders, so that those that
-- live are few; accounts that are told apart by customer are fewer.
SELECT r.account, p.customer, sum(r.amount)::text AS amount
FROM reservations r JOIN promises p ON p.id = r.promise
WHERE r.account = ANY ($1::text[]) AND r.amount <> 0
GROUP BY r.account, p.customer;

-- name: world_version
-- The version of the world's facts.
SELECT facts FROM world;

-- name: tops
-- The credit accounts of some customers.
SELECT asked.customer, coalesce(t.account, asked.customer) AS account
FROM unnest($1::text[]) AS asked (customer) LEFT JOIN tops t ON t.customer = asked.customer;
