"""A distributor made of real orders, replayed through the public API."""
