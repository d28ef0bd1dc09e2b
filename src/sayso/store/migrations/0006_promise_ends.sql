-- The promise ledger: how each promise ended and why, in the transaction that ended it. Append-only; what is learnt
-- later is a further row, and the last row of a promise counts.
CREATE TABLE promise_ends (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    promise text NOT NULL,
    ended timestamptz NOT NULL,
    how text NOT NULL
        CHECK (how IN ('kept', 'late', 'short', 'refused_by_erp', 'expired', 'released', 'cancelled')),
    cause text NOT NULL,
    by text NOT NULL DEFAULT '',
    facts text NOT NULL DEFAULT '{}'
);
CREATE INDEX promise_ends_promise ON promise_ends (promise, number);
CREATE INDEX promise_ends_ended ON promise_ends (ended);
CREATE TRIGGER promise_ends_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON promise_ends
    FOR EACH STATEMENT EXECUTE FUNCTION only_added();

-- Items of orders of ours that the ERP has taken over, with the last day they were promised to leave: what is watched
-- until the ERP's demand for them is gone. A work list, not a record.
CREATE TABLE handed_over (
    "order" text NOT NULL,
    item text NOT NULL,
    promise text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY ("order", item)
);
CREATE INDEX handed_over_item ON handed_over (item);
CREATE INDEX handed_over_promise ON handed_over (promise);
CREATE INDEX handed_over_day ON handed_over (day);

-- What ended before there was a ledger.
INSERT INTO promise_ends (promise, ended, how, cause, facts)
SELECT id, ended, CASE state WHEN 'replaced' THEN 'released' ELSE state END,
    CASE state WHEN 'expired' THEN 'time_up' WHEN 'released' THEN 'given_back' WHEN 'replaced' THEN 'replaced'
        ELSE 'order_cancelled' END,
    jsonb_strip_nulls(jsonb_build_object('why', why))::text
FROM promises WHERE ended IS NOT NULL AND state IN ('released', 'expired', 'replaced', 'cancelled')
ORDER BY ended, id;
