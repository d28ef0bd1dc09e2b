"""A distributor made of real orders, replayed through the public API, and its simulated back office."""
