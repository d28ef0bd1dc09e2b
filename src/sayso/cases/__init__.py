"""Work for people: what went wrong with an order, whose it is, the money at stake, by when, and what can be done."""
