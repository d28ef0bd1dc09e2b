"""Recorded decisions made again: the same bytes, or under another policy."""
