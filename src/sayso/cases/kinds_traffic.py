"""The kinds of case about what travels: messages, what systems are asked, systems that are down or silent."""

from __future__ import annotations

from sayso.cases.kind import Kind

TRAFFIC = (
    Kind(
        kind="message_conflict", title="One message, two bodies", found_in="message",
        trigger="A message came again under its id with another body.",
        owner="integration", due="P1D",
        step="Ask[ {system}] which body of message[ {id}] holds; the first stands until then",
        remedies=("edit_and_replay",), by_facts=False,
    ),
    Kind(
        kind="message_quarantined", title="Message held back", found_in="message",
        trigger="A message could not be checked, translated or applied; later ones of the same order wait behind it.",
        owner="integration", due="PT4H", severity="high",
        step="Mend the message and replay it, or have it sent again[: {problem}]",
        remedies=("edit_and_replay", "retry"),
    ),
    Kind(
        kind="contract_breached", title="Contract breached", found_in="message",
        trigger="A message does not keep its contract, which is in audit mode, so it was taken all the same.",
        owner="integration", due="P3D", severity="low",
        step="Have[ {system}] mend what it sends[: {problem}], or change the contract",
        by_facts=False,
    ),
    Kind(
        kind="effect_refused", title="Refused by a system", found_in="effect",
        trigger="A system was asked to do something and will not.",
        owner="operations", due="PT4H", severity="high",
        step="Remove the reason[: {problem}], then ask[ {system}] again",
        remedies=("retry",),
    ),
    Kind(
        kind="effect_failed", title="Given up after many tries", found_in="effect",
        trigger="A system was asked as often as the retry policy allows, and did not do it.",
        owner="integration", due="PT4H", severity="high",
        step="See that[ {system}] works[: {problem}], then ask it again",
        remedies=("retry",),
    ),
    Kind(
        kind="effect_unclear", title="Nobody knows whether it was done", found_in="effect",
        trigger="A system may have done what it was asked, and cannot be asked whether it did.",
        owner="integration", due="PT2H", severity="high",
        step="Look in[ {system}] whether it was done[: {action}] before it is asked again",
        remedies=("retry", "close"),
    ),
    Kind(
        kind="system_down", title="System down", found_in="effect",
        trigger="The circuit breaker of a system is open: it failed too often in a row.",
        owner="integration", due="PT1H", severity="high",
        step="See that[ {system}] works[: {problem}]; what waits for it goes on by itself",
    ),
    Kind(
        kind="subscriber_stuck", title="Subscriber told nothing more", found_in="effect",
        trigger="A subscriber of webhooks has failed for longer than the policy allows, or has answered 410.",
        owner="integration", due="P1D",
        step="See why[ {subscriber}] does not take what it is told[: {problem}], then resume or delete it",
    ),
    Kind(
        kind="feed_silent", title="Feed silent", found_in="clock",
        trigger="A system has sent nothing for longer than its rhythm, or what is declared for it, allows.",
        owner="integration", due="PT1H", severity="high",
        step="See whether[ {system}] still sends[: last heard {last}][, expected by {expected}]",
    ),
)  # fmt: skip
