"""Ways in which a stranger may write a question, or several; each case of a list is the same one."""

from __future__ import annotations

STRANGERS = """
- {id: parameters below, ask: sellable, with: {item: A, site: LON}, expect: {sellable: 10}}
- {id: params, ask: sellable, params: {item: A, site: LON}, expect: {sellable: 10}}
- {id: parameters beside, ask: sellable, item: A, site: LON, expect: {sellable: 10}}
- {id: none below, ask: {sellable: }, item: A, site: LON, expect: {sellable: 10}}
- {id: beside in the ask, ask: {sellable: , item: A, site: LON}, expect: {sellable: 10}}
- {id: question, ask: {question: sellable, item: A, site: LON}, expect: {sellable: 10}}
- {id: type, ask: {type: sellable, with: {item: A, site: LON}}, expect: {sellable: 10}}
- {id: kind, ask: {kind: sellable, parameters: {item: A, site: LON}}, expect: {sellable: 10}}
- {id: label, ask: {now: {sellable: {item: A, site: LON}}}, expect: {now: {sellable: 10}}}
- {id: under its name, ask: {sellable: {item: A, site: LON}}, expect: {sellable: {sellable: 10}}}
- {id: a bare figure, ask: {sellable: {item: A, site: LON}}, expect: 10}
- {id: within, ask: {sellable: {item: A, site: LON, expect: {sellable: 10}}}}
- {id: in a question, questions: [{ask: sellable, item: A, site: LON, expect: {sellable: 10}}]}
- {id: as a question, questions: [{sellable: {item: A, site: LON}, expect: {sellable: 10}}]}
- {id: in a question by a name, questions: {now: {ask: sellable, item: A, site: LON, expect: {sellable: 10}}}}
- {id: in a list, ask: [sellable], with: {item: A, site: LON}, expect: [{sellable: 10}]}
- {id: a list of one, ask: [{sellable: {item: A, site: LON}}], expect: {sellable: 10}}
"""
SEVERAL = """
- {id: by name, ask: {sellable: {item: A}, warning: {item: A, quantity: 11}},
   expect: {sellable: {sellable: 10}, warning: {warning: true}}}
- {id: by field, ask: {sellable: {item: A}, warning: {item: A, quantity: 11}}, expect: {sellable: 10, warning: true}}
- {id: a list by field, ask: [{sellable: {item: A}}, {warning: {item: A, quantity: 11}}],
   expect: {sellable: 10, warning: true}}
- {id: one with, ask: [sellable, warning], with: {item: A, quantity: 11}, expect: [{sellable: 10}, {warning: true}]}
- {id: one beside, ask: [sellable, warning], item: A, quantity: 11, expect: [{sellable: 10}, {warning: true}]}
- {id: shared, ask: {sellable: , warning: {quantity: 11}}, with: {item: A}, expect: {sellable: 10, warning: true}}
- {id: labels, ask: {before: {sellable: {item: A}}, after: {ask: warning, item: A, quantity: 11}},
   expect: {after: {warning: true}, before: {sellable: 10}}}
- {id: a bare one by its label, ask: {before: {sellable: {item: A}}, after: {ask: warning, item: A, quantity: 11}},
   expect: {after: {warning: true}, sellable: 10}}
- {id: figures by label, ask: {before: {sellable: {item: A}}, after: {ask: warning, item: A, quantity: 11}},
   expect: {after: true, before: 10}}
- {id: some have their own, ask: [{sellable: {item: A}, expect: {sellable: 10}}, {warning: {item: A, quantity: 11}}],
   expect: {warning: true}}
"""
