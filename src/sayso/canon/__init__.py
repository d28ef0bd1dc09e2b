"""What the trade is made of: numbers, units, codes, times, identifiers, and the kinds of facts."""
