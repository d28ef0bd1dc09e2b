"""Every use case, one method each; the one room that opens transactions."""
