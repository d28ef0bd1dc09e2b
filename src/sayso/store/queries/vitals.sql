-- name: server
-- What answers: its version, whether it only follows another, the size of the database, and its clock.
SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS follows,
    pg_database_size(current_database()) AS bytes, clock_timestamp() AS now,
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
        AND current_setting('synchronous_commit') <> 'off' AS durable;

-- name: facts
-- How many rows there are of each kind of facts, tombstones left out.
SELECT 'currencies' AS kind, count(*) AS rows FROM currencies WHERE NOT deleted
UNION ALL SELECT 'rates', count(*) FROM rates WHERE NOT deleted
UNION ALL SELECT 'calendars', count(*) FROM calendars WHERE NOT deleted
UNION ALL SELECT 'sites', count(*) FROM sites WHERE NOT deleted
UNION ALL SELECT 'lanes', count(*) FROM lanes WHERE NOT deleted
UNION ALL SELECT 'rules', count(*) FROM rules WHERE NOT deleted
UNION ALL SELECT 'taxes', count(*) FROM taxes WHERE NOT deleted
UNION ALL SELECT 'duties', count(*) FROM duties WHERE NOT deleted
UNION ALL SELECT 'items', count(*) FROM items WHERE NOT deleted
UNION ALL SELECT 'units', count(*) FROM units WHERE NOT deleted
UNION ALL SELECT 'substitutes', count(*) FROM substitutes WHERE NOT deleted
UNION ALL SELECT 'kits', count(*) FROM kits WHERE NOT deleted
UNION ALL SELECT 'customers', count(*) FROM customers WHERE NOT deleted
UNION ALL SELECT 'credit_groups', count(*) FROM credit_groups WHERE NOT deleted
UNION ALL SELECT 'prices', count(*) FROM prices WHERE NOT deleted
UNION ALL SELECT 'stock', count(*) FROM stock WHERE NOT deleted
UNION ALL SELECT 'inbound', count(*) FROM inbound WHERE NOT deleted
UNION ALL SELECT 'demand', count(*) FROM demand WHERE NOT deleted
UNION ALL SELECT 'receivables', count(*) FROM receivables WHERE NOT deleted
UNION ALL SELECT 'exposures', count(*) FROM exposures WHERE NOT deleted
UNION ALL SELECT 'receipts', count(*) FROM receipts WHERE NOT deleted;

-- name: feeds
-- How fresh each source's word on a kind is.
SELECT kind, source, as_of, loaded FROM feeds ORDER BY kind, source;

-- name: holds
-- Holds that live, holds whose time is up and that nobody has ended, and since when the oldest of these waits.
SELECT count(*) FILTER (WHERE expires > $1) AS live, count(*) FILTER (WHERE expires <= $1) AS waiting,
    min(expires) FILTER (WHERE expires <= $1) AS oldest
FROM promises WHERE state = 'held';

-- name: cases
-- Open cases, and since when the oldest of them is open.
SELECT count(*) AS open, min(opened) AS oldest FROM cases WHERE state = 'open';

-- name: inbox
-- Messages that wait, that are held back, and that stand behind those; since when the oldest does.
SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') AS waiting,
    (SELECT min(received) FROM inbox WHERE state = 'waiting') AS oldest,
    (SELECT count(*) FROM inbox WHERE state = 'quarantined') AS quarantined,
    (SELECT min(received) FROM inbox WHERE state = 'quarantined') AS oldest_held,
    (SELECT count(*) FROM inbox WHERE state = 'behind') AS behind;

-- name: asked
-- How each system that was ever asked, or is to be, fares.
SELECT coalesce(o.system, b.system) AS system, coalesce(o.waiting, 0) AS waiting, o.oldest,
    coalesce(o.unclear, 0) AS unclear, coalesce(o.failed, 0) AS failed,
    coalesce(b.state, 'closed') AS breaker,
    coalesce(b.failures, 0) AS failures, b.until
FROM (
    SELECT system, count(*) FILTER (WHERE state IN ('waiting', 'sending', 'unclear')) AS waiting,
        min(decided) FILTER (WHERE state IN ('waiting', 'sending', 'unclear')) AS oldest,
        count(*) FILTER (WHERE state = 'unclear') AS unclear,
        count(*) FILTER (WHERE state IN ('refused', 'failed')) AS failed
    FROM (
        SELECT system, state, decided FROM outbox WHERE state IN ('waiting', 'unclear')
        UNION ALL SELECT system, state, decided FROM outbox WHERE state = 'sending'
        UNION ALL SELECT system, state, decided FROM outbox WHERE state IN ('refused', 'failed')
    ) open GROUP BY system
) o FULL JOIN breakers b ON b.system = o.system
ORDER BY 1;

-- name: silent
-- When each feed was last heard.
SELECT regexp_replace(clock, '^feed ', '') AS system, last, CASE WHEN isfinite(due) THEN due END AS due, breached
FROM clocks WHERE kind = 'feed' ORDER BY clock;

-- name: cases_by_kind
-- Open cases by kind.
SELECT kind, count(*) AS cases FROM cases WHERE state = 'open' GROUP BY kind ORDER BY kind;
