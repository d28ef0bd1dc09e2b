"""The kinds of case about goods: a promise, the order's way into the ERP, picking, shipping, returning."""

from __future__ import annotations

from sayso.cases.kind import Kind

ORDER = (
    Kind(
        kind="promise_at_risk", title="Promise at risk", found_in="promise",
        trigger="Facts have changed so that a live promise can no longer be kept as it was made.",
        owner="operations", due="P1D", severity="high",
        step="Find supply, move it, or tell the customer[: {short} of {promised} are missing]",
    ),
    Kind(
        kind="order_unknown", title="Order unknown", found_in="order",
        trigger="A system tells of an order that nobody has placed here.",
        owner="operations", due="PT4H", severity="high",
        step="Find out whose order this is[: {document} names {order}]; send the order, or link the document to its own",
        remedies=("link_document", "retry"),
    ),
    Kind(
        kind="acceptance_differs", title="Acceptance differs from the promise", found_in="order",
        trigger="The ERP stored the order otherwise than it was promised: a quantity, price, date, tax, currency or total.",
        owner="sales", due="PT4H", severity="high",
        step="Have the ERP's order put right, or agree the difference with the customer[: {what}][ was promised {expected}]"
        "[ and stored {found}]",
        remedies=("accept_difference", "edit_and_replay"),
    ),
    Kind(
        kind="acceptance_missing", title="Acceptance missing", found_in="clock",
        trigger="An order was placed, and the ERP has neither accepted nor refused it in the time it usually takes.",
        owner="operations", due="PT2H", severity="high",
        step="Ask the ERP whether it has the order[, placed {since}]; send it again if not",
        remedies=("retry",),
    ),
    Kind(
        kind="order_rejected", title="Order refused by the ERP", found_in="order",
        trigger="The ERP did not take the order over, or not all of its lines.",
        owner="sales", due="PT2H", severity="high",
        step="Remove the reason[ ({reason})] and send the order again, or cancel it and tell the customer",
        remedies=("retry", "accept_short"),
    ),
    Kind(
        kind="on_hold", title="Order on hold", found_in="order",
        trigger="A hold stands on the order: nothing may leave until it is released.",
        owner="finance", due="P1D",
        step="Release the hold[ {hold}][ ({reason})], or cancel the order",
        remedies=("release_hold",),
    ),
    Kind(
        kind="short_pick", title="Picked short", found_in="order",
        trigger="The warehouse found less than was ordered, and the rest is neither cancelled nor on its way.",
        owner="warehouse", due="P1D", severity="high",
        step="Find the rest[: {short} of {item}][ on line {line}], agree a substitute, or accept the short quantity",
        remedies=("approve_substitution", "accept_short"),
    ),
    Kind(
        kind="substitution_unapproved", title="Substitute not agreed", found_in="order",
        trigger="Another item was picked or shipped than was ordered, and it is no agreed substitute of the line.",
        owner="sales", due="P1D", severity="high",
        step="Agree the substitute[ {item}][ for line {line}] with the customer and approve it, or have it back",
        remedies=("approve_substitution",),
    ),
    Kind(
        kind="shipment_missing", title="Part of a shipment missing", found_in="order",
        trigger="A shipment says that it is one of several, and others of them were not told.",
        owner="warehouse", due="P1D",
        step="Ask the warehouse for part[ {missing}][ of {of}][ of {series}]: the evidence is not whole without it",
        remedies=("retry", "link_document"),
    ),
    Kind(
        kind="shipment_late", title="Shipment late", found_in="clock",
        trigger="The day that was promised for leaving is over, and there is still something to ship.",
        owner="warehouse", due="P1D", severity="high",
        step="Have it shipped[: {open} open][ since {since}], or tell the customer the new day",
        remedies=("accept_short",),
    ),
    Kind(
        kind="delivery_late", title="Delivery late", found_in="clock",
        trigger="A shipment has left, and there is no proof of delivery by the time that was set for it.",
        owner="warehouse", due="P1D",
        step="Ask the carrier[ {carrier}] where the shipment[ {document}] is",
    ),
    Kind(
        kind="shipped_over", title="Shipped more than ordered", found_in="order",
        trigger="More left than was ordered and not cancelled.",
        owner="sales", due="P1D",
        step="Ask the customer to keep and pay the surplus[ of {over}][ on line {line}], or have it back",
        remedies=("approve_substitution",),
    ),
    Kind(
        kind="shipped_after_cancel", title="Shipped after it was cancelled", found_in="order",
        trigger="Goods left for a quantity that had been cancelled.",
        owner="warehouse", due="PT4H", severity="high",
        step="Stop the delivery[ of {shipment}], or agree with the customer to keep it",
    ),
    Kind(
        kind="unknown_line", title="Unknown order line", found_in="order",
        trigger="A document names a line that the order does not have.",
        owner="integration", due="P1D",
        step="Find out which line is meant[ by line {line}][ of {document}]; have the document sent again, or mend it",
        remedies=("edit_and_replay", "link_document"),
    ),
    Kind(
        kind="revision_conflict", title="Two contents of one revision", found_in="order",
        trigger="A document was told twice with the same revision and different contents.",
        owner="integration", due="P1D",
        step="Ask the system[ {source}] which content of[ {document}] holds, and have it sent with a higher revision",
        remedies=("edit_and_replay",),
    ),
)  # fmt: skip
