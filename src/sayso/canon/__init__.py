"""What the trade is made of: numbers, units, codes, times, identifiers, the kinds of facts, and the events."""
