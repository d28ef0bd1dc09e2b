"""From order to cash: what is known of an order folded into its state, and what follows from that."""
