"""The laws of the house as functions over source text. `table.py` holds what they are read from."""
