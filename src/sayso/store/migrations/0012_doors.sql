-- Who may speak as whom: the systems in whose name a key may send; null: in any.
ALTER TABLE api_keys ADD COLUMN systems text[] CHECK (cardinality(systems) > 0);
