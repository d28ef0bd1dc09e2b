-- Who may speak as whom: the systems in whose name a key may send; null: in any.
ALTER TABLE api_keys ADD COLUMN systems text[] CHECK (cardinality(systems) > 0);

-- What a lane was begun with and not ended: `tries` since it was last done with, and of its one message that is suspected
-- of ending whoever applies it. They are noted before the work, outside its transaction, so that a death leaves a trace.
ALTER TABLE inbox_lanes ADD COLUMN tries integer NOT NULL DEFAULT 0,
    ADD COLUMN suspect bigint,
    ADD COLUMN suspected integer NOT NULL DEFAULT 0;
