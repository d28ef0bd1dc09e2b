"""Reach: what other systems write, read as it comes, and how they are asked. Decides nothing, keeps nothing."""
