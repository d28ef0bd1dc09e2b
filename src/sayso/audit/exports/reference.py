"""The tables of docs/reference/audit-exports.md, made from the roles and the exports that are known."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.audit.exports.names import FILES
from sayso.audit.exports.presets import PRESETS
from sayso.audit.exports.roles import ROLES, Role, Wanted


def reference() -> str:
    """The page from its first table of roles on."""
    return "\n".join([*_known(), *_roles()]) + "\n"


def _known() -> Iterator[str]:
    yield "## Exports that need no map"
    yield "| export | role | recognised by |"
    yield "| --- | --- | --- |"
    for one in PRESETS:
        signs = ", ".join(f"`{sign}`" for sign in one.signs)
        yield f"| {one.title} | {one.system}: {one.role} | {signs} |"
    yield (
        "| Business Central's API v2.0: customers, items, locations, salesOrders, purchaseOrders and "
        "their lines (expanded or beside them), salesInvoices, agedAccountsReceivables, "
        "currencyExchangeRates | erp: several | their fields |"
    )
    yield ""


def _roles() -> Iterator[str]:
    for system, roles in ROLES.items():
        yield f"## The {'storefront' if system == 'storefront' else 'ERP'}'s files"
        if system == "erp":
            yield "The kinds of facts have the columns of [facts](facts.md), and these two:"
            yield from _table([roles["stock"].by_name[name] for name in ("as_of", "deleted")])
            yield "| kind | needed | also called |"
            yield "| --- | --- | --- |"
        for role in roles.values():
            if system == "erp" and role.name != "outcomes":
                names = FILES[system].get(role.name, "").split()
                yield f"| {role.name} | {', '.join(role.needed)} | {', '.join(names)} |"
        if system == "erp":
            yield ""
            yield "A price list may leave out line_type, source_type and target_type: a row is for whom and what it names."
            yield ""
        for role in roles.values():
            if system == "storefront" or role.name == "outcomes":
                yield from _role(role)


def _role(role: Role) -> Iterator[str]:
    yield f"### {role.name}"
    yield f"{role.doc} Files are called {', '.join(FILES[role.system][role.name].split())}."
    yield ""
    yield from _table(role.columns)


def _table(columns: tuple[Wanted, ...] | list[Wanted]) -> Iterator[str]:
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for one in columns:
        mark = "**" if one.needed else ""
        kind = ", ".join(f"`{choice}`" for choice in one.column.choices) or one.type
        yield f"| {mark}{one.name}{mark} | {kind} | {one.column.doc} |"
    yield ""
