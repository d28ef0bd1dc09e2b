"""The tests of order to cash: named cases, laws over drawn sets of facts, a plain recount beside, and planted faults."""
