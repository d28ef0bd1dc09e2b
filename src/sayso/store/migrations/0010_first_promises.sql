-- The date that a vendor gave first for each open inbound line: lateness is learned against it, so that an inbound
-- which was postponed already is not called late twice.
CREATE TABLE first_promises (
    document text NOT NULL,
    line text NOT NULL,
    variant text NOT NULL,
    promised date NOT NULL,
    PRIMARY KEY (document, line, variant)
);
