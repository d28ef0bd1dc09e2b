-- What receipts say about lateness, learned by the worker: one row, the last that was learned.
CREATE TABLE lateness (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    learned timestamptz NOT NULL,
    digest text NOT NULL,
    body bytea NOT NULL
);

-- When the open inbound lines will really arrive, by what was learned; `promised` is the due date that it was said of.
-- A line whose due date has changed since has no arrival until it is looked at again, in the load that changed it.
CREATE TABLE arrivals (
    document text NOT NULL,
    line text NOT NULL,
    variant text NOT NULL,
    promised date NOT NULL,
    p50 date NOT NULL,
    p90 date NOT NULL,
    rests_on text NOT NULL,
    receipts integer NOT NULL,
    PRIMARY KEY (document, line, variant)
);
