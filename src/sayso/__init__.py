"""Sayso: what the storefront promises, the back office has already agreed to."""

__version__ = "0.1.0"
