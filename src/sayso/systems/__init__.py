"""Reach: what other systems write, read as it comes. Decides nothing, keeps nothing."""
