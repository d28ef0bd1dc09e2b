-- Templates: what stands in braces is filled in for each kind by store/facts_sql.py, from canon/kinds.py alone.
-- A load's rows come as one array for each column, so that nothing is left in the session or the catalogue.

-- name: merge
-- Brings a chunk of rows into a table: judges each against what is held, writes only what that calls for, and
-- tells how many came to which verdict and whom the written rows touch. In a row that another load wrote
-- between reading and writing nothing is changed; the caller sees fewer written than judged and begins anew.
WITH incoming AS MATERIALIZED (
    SELECT at_row, at_line, given, is_deleted, seen_line, {incoming_typed}
    FROM unnest($4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[], {incoming_arrays})
        WITH ORDINALITY AS i (at_line, given, is_deleted, seen_line, {all}, at_row)
),
judged AS MATERIALIZED (
    SELECT i.*, held.place, held.load_id AS held_load, held.load_line AS held_line, {held_touches}
        CASE
            WHEN (held.as_of IS NULL OR held.deleted) AND (SELECT snapshot_as_of > $1 FROM feeds WHERE kind = '{kind}' AND source = $2)
                THEN 'stale'
            WHEN held.as_of IS NULL THEN CASE WHEN i.is_deleted THEN 'void' ELSE 'new' END
            WHEN held.as_of > $1 THEN 'stale'
            WHEN NOT ({differs}) THEN CASE WHEN held.as_of = $1 THEN 'same' ELSE 'confirmed' END
            WHEN held.as_of = $1 AND (held.load_id = $3 OR i.seen_line IS NOT NULL) THEN 'double'
            WHEN i.is_deleted THEN 'removed'
            WHEN held.deleted THEN 'revived'
            ELSE 'changed'
        END AS verdict
    FROM incoming AS i
    -- OFFSET 0 keeps this one look-up by key per row, however large the table has grown.
    LEFT JOIN LATERAL (SELECT t.ctid AS place, t.* FROM {table} AS t WHERE {same_key} OFFSET 0) AS held ON true
    ORDER BY {key_of_i}
),
inserted AS (
    INSERT INTO {table} ({all}, as_of, fed_by, deleted, load_id, load_line)
    SELECT {inserted_values}, $1, $2, is_deleted, $3, at_line
    FROM judged AS i
    WHERE verdict IN ('new', 'void')
    ORDER BY {key_of_i}
    RETURNING deleted, {touches}
),
updated AS (
    UPDATE {table} AS held
    SET {set_columns} as_of = $1, fed_by = $2, deleted = i.is_deleted, load_id = $3, load_line = i.at_line
    FROM judged AS i
    WHERE held.ctid = i.place AND held.load_id = i.held_load AND held.load_line = i.held_line
        AND i.verdict IN ('changed', 'confirmed', 'removed', 'revived')
    RETURNING {held_touches_now}
),
touched AS (
    SELECT {touch_names} FROM inserted WHERE NOT deleted
    UNION SELECT {touch_names} FROM updated
    UNION SELECT {old_touch_names} FROM judged WHERE verdict IN ('changed', 'confirmed', 'removed')
)
SELECT
    count(*) FILTER (WHERE verdict IN ('new', 'revived')) AS inserted,
    count(*) FILTER (WHERE verdict = 'changed') AS updated,
    count(*) FILTER (WHERE verdict IN ('void', 'same', 'confirmed')) AS unchanged,
    count(*) FILTER (WHERE verdict = 'stale') AS stale,
    count(*) FILTER (WHERE verdict = 'removed') AS deleted,
    count(*) FILTER (WHERE verdict IN ('changed', 'confirmed', 'removed', 'revived')) AS to_update,
    (SELECT count(*) FROM updated) AS did_update,
    array_agg(at_row) FILTER (WHERE verdict = 'double') AS doubles,
    array_agg(coalesce(seen_line, held_line)) FILTER (WHERE verdict = 'double') AS first_lines,
    array_agg(at_row) FILTER (WHERE verdict = 'same' AND held_load <> $3) AS seen,
    {touched_arrays}
FROM judged

-- name: sweep
-- Makes tombstones, in the order of the key, of a source's rows that are older than its snapshot; tells how
-- many, the last key, and whom they touched.
WITH gone AS MATERIALIZED (
    SELECT ctid AS place, load_id AS held_load, load_line AS held_line, {all_of_t}
    FROM {table} AS t
    WHERE fed_by = $2 AND as_of < $1 AND NOT deleted {after}
    ORDER BY {key}
    LIMIT $4
),
updated AS (
    UPDATE {table} AS held
    SET {clear_columns} as_of = $1, deleted = true, load_id = $3, load_line = 0
    FROM gone
    WHERE held.ctid = gone.place AND held.load_id = gone.held_load AND held.load_line = gone.held_line
    RETURNING 1
),
touched AS (SELECT DISTINCT {gone_touches} FROM gone)
SELECT
    (SELECT count(*) FROM gone) AS to_update,
    (SELECT count(*) FROM updated) AS did_update,
    (SELECT ARRAY[{key_as_text}] FROM gone ORDER BY {key_descending} LIMIT 1) AS last_key,
    {touched_arrays}

-- name: new_load
-- A number for a load that cannot be resumed.
SELECT nextval('load_ids')

-- name: begin_load
-- The load of this file, begun now or found where it was interrupted; one that was finished begins anew.
INSERT INTO loads AS known (resume_key, kind, source, as_of, started, changed)
VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (resume_key) DO UPDATE SET
    rows_read = CASE WHEN known.finished IS NULL AND NOT $6 THEN known.rows_read ELSE 0 END,
    report = CASE WHEN known.finished IS NULL AND NOT $6 THEN known.report ELSE '{}' END,
    finished = NULL,
    changed = EXCLUDED.changed
RETURNING load_id, rows_read, report

-- name: advance_load
-- Notes how far a load has come, unless another process has brought it further meanwhile.
UPDATE loads
SET rows_read = $3, report = $4, changed = $5::timestamptz, finished = CASE WHEN $6 THEN $5::timestamptz END
WHERE load_id = $1 AND rows_read = $2 AND finished IS NULL
RETURNING 1

-- name: note_feed
-- Notes how fresh a source's word on a kind is, and whether it was all that the source has.
INSERT INTO feeds AS known (kind, source, as_of, snapshot_as_of, loaded)
VALUES ($1, $2, $3::timestamptz, CASE WHEN $5 THEN $3::timestamptz END, $4)
ON CONFLICT (kind, source) DO UPDATE SET
    as_of = greatest(known.as_of, EXCLUDED.as_of),
    snapshot_as_of = greatest(known.snapshot_as_of, EXCLUDED.snapshot_as_of),
    loaded = greatest(known.loaded, EXCLUDED.loaded)
