"""The tests of the judgement: named cases, laws held against naive oracles, and planted faults that they find."""
