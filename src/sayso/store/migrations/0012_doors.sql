-- Who may speak as whom, what was begun and not ended, and promises told outside.

-- Who may speak as whom: the systems in whose name a key may send; null: in any.
ALTER TABLE api_keys ADD COLUMN systems text[] CHECK (cardinality(systems) > 0);

-- What a lane was begun with and not ended: `tries` since it was last done with, and of its one message that is suspected
-- of ending whoever applies it. They are noted before the work, outside its transaction, so that a death leaves a trace.
ALTER TABLE inbox_lanes ADD COLUMN tries integer NOT NULL DEFAULT 0,
    ADD COLUMN suspect bigint,
    ADD COLUMN suspected integer NOT NULL DEFAULT 0;

-- Whether anybody is, or will be, told what happens here: one who is paused hears it later.
CREATE FUNCTION anybody_listens() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM subscribers) OR EXISTS (SELECT FROM outgoing_reached)
$$;

CREATE FUNCTION instant(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- A CloudEvent of Sayso's own, in structured mode.
CREATE FUNCTION own_event(id text, type text, subject text, at timestamptz, data jsonb) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_object('specversion', '1.0', 'id', id, 'source', 'sayso', 'type', type, 'subject', subject,
        'time', instant(at), 'datacontenttype', 'application/json', 'data', data)::text, 'UTF8')
$$;

-- Promises as they are made are told outside in the transaction that makes them; while nobody listens, nothing is written.
CREATE FUNCTION tell_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT anybody_listens() THEN
        RETURN NULL;
    END IF;
    INSERT INTO outgoing (id, type, subject, customer, at, body)
    SELECT told.id, told.type, told.subject, told.customer, told.made,
        own_event(told.id, told.type, told.subject, told.made, told.data)
    FROM (
        SELECT p.id || '/made' AS id, 'sayso.promise.made.v1' AS type, p.customer, p.made,
            coalesce(p."order", nullif(p.reference, ''), p.id) AS subject,
            jsonb_strip_nulls(jsonb_build_object(
                'promise', p.id, 'customer', p.customer, 'verdict', p.verdict, 'made', instant(p.made),
                'expires', CASE WHEN p."order" IS NULL THEN instant(p.expires) END, 'reference', nullif(p.reference, ''),
                'order', p."order", 'channel', nullif(p.channel, ''), 'amount', d.answer -> 'totals' -> 'gross',
                'currency', d.answer -> 'totals' -> 'currency', 'lines', coalesce(l.lines, '[]'))) AS data
        FROM fresh p
        LEFT JOIN LATERAL (
            SELECT convert_from(answer, 'UTF8')::jsonb AS answer FROM decisions WHERE id = p.id AND made = p.made LIMIT 1
        ) d ON true
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('line', r.line, 'item', r.item, 'quantity', trim_scale(r.quantity)::text,
                'site', nullif(r.site, ''), 'ship_on', r.ship_on, 'deliver_by', (
                    SELECT part ->> 'deliver_by' FROM jsonb_path_query(d.answer, '$.lines[*]') line,
                        jsonb_path_query(line, '$.parts[*]') part
                    WHERE (line ->> 'line')::int = r.line AND part ->> 'site' = r.site
                        AND part ->> 'ship_on' = r.ship_on::text LIMIT 1)
                ) ORDER BY r.line, r.item, r.ship_on, r.site) AS lines
            FROM (
                SELECT line, item, site, CASE WHEN day < '9999-01-01' THEN day END AS ship_on, sum(quantity) AS quantity
                FROM reservations WHERE promise = p.id GROUP BY line, item, site, day
            ) r
        ) l ON true
        WHERE p.state IN ('held', 'ordered')
    ) told
    ORDER BY told.made, told.id;
    RETURN NULL;
END $$;
CREATE TRIGGER promises_made AFTER INSERT ON promises REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION tell_made();

-- Holds that nobody ordered in time, by the ledger's first word that says so.
CREATE FUNCTION tell_expired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fresh WHERE how = 'expired') OR NOT anybody_listens() THEN
        RETURN NULL;
    END IF;
    INSERT INTO outgoing (id, type, subject, customer, at, body)
    SELECT told.id, told.type, told.subject, told.customer, told.ended,
        own_event(told.id, told.type, told.subject, told.ended, told.data)
    FROM (
        SELECT DISTINCT ON (p.id) p.id || '/expired' AS id, 'sayso.promise.expired.v1' AS type, p.customer, f.ended,
            coalesce(nullif(p.reference, ''), p.id) AS subject,
            jsonb_strip_nulls(jsonb_build_object('promise', p.id, 'customer', p.customer, 'ended', instant(f.ended),
                'reference', nullif(p.reference, ''))) AS data
        FROM fresh f JOIN promises p ON p.id = f.promise
        WHERE f.how = 'expired' AND NOT EXISTS (
            SELECT FROM promise_ends e WHERE e.promise = f.promise AND e.how = 'expired' AND e.number < f.number)
        ORDER BY p.id, f.number
    ) told
    ORDER BY told.ended, told.id;
    RETURN NULL;
END $$;
CREATE TRIGGER promise_ends_told AFTER INSERT ON promise_ends REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION tell_expired();
