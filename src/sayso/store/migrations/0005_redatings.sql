-- What became of the date of a promise: a row whenever a part that cannot leave on its promised day gets another day,
-- loses it, or gets its own back (quantity 0). Append-only; the last row of a part counts.
CREATE TABLE redatings (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    promise text NOT NULL,
    line integer NOT NULL,
    item text NOT NULL,
    site text NOT NULL,
    variant text NOT NULL DEFAULT '',
    promised date NOT NULL,
    day date,
    quantity numeric NOT NULL,
    because text NOT NULL
);
CREATE INDEX redatings_promise ON redatings (promise);

CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER redatings_only_added BEFORE UPDATE OR DELETE ON redatings
    FOR EACH STATEMENT EXECUTE FUNCTION only_added();
