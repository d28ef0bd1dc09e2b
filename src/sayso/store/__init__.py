"""Memory: PostgreSQL, its rows and its queries. Decides nothing."""
