"""Arrival dates tried on receipts that were held back, beside simpler ways."""
