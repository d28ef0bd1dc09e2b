"""Where a profile's rules come from: the comments beside them in the settings' modules, made into data.

python tests/promise/source_comments.py > src/sayso/promise/settings/sources.py
"""

from __future__ import annotations

import ast
import inspect
import io
import sys
import tokenize
from collections.abc import Iterator
from types import ModuleType

from sayso.promise.policy import PROFILE_NAMES
from sayso.promise.settings import availability, credit, fulfilment, price

GROUPS = {"availability": availability, "dates": fulfilment, "price": price, "credit": credit}
#: Settings below a comment that does not speak of them; the source of their group is theirs.
NOT_MEANT = frozenset({
    ("business_central", "availability.below_zero"), ("odoo", "availability.below_zero"),
    ("erpnext", "availability.below_zero"), ("tryton", "availability.below_zero"),
    ("odoo", "availability.past_due_inbound"), ("erpnext", "availability.past_due_inbound"),
    ("erpnext", "availability.demand_kinds"), ("business_central", "price.fixed"), ("odoo", "price.quantity_sign"),
})  # fmt: skip
HEAD = '''"""Where a profile's rules come from, by profile and group, and by setting. Made from the comments beside them.

python tests/promise/source_comments.py > src/sayso/promise/settings/sources.py; a test keeps the two in step.
"""

from __future__ import annotations

from collections.abc import Mapping

# ruff: noqa: E501
# fmt: off

SOURCES: Mapping[str, Mapping[str, str]] = {
'''


def found() -> dict[str, dict[str, str]]:
    """The source of every setting that a profile sets, by profile and dotted name."""
    sources: dict[str, dict[str, str]] = {name: {} for name in PROFILE_NAMES}
    for group, module in GROUPS.items():
        for profile, calls in _profiles(module).items():
            for whole, lines, call in calls:
                sources[profile][group] = whole
                for keyword in call.keywords:
                    setting = f"{group}.{keyword.arg}"
                    own = _above(lines, keyword.value, call)
                    if own and (profile, setting) not in NOT_MEANT:
                        sources[profile][setting] = own
    return {profile: some for profile, some in sources.items() if some}


def _profiles(module: ModuleType) -> dict[str, list[tuple[str, dict[int, str], ast.Call]]]:
    """For each profile the group's source, the module's comments by line, and the call that makes the settings."""
    text = inspect.getsource(module)
    tree, comments = ast.parse(text), _comments(text)
    made: dict[str, tuple[str, ast.Call]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made[ast.unparse(node.targets[0])] = (_whole(comments, node.lineno), node.value)
        elif isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Call):
                    whole = " ".join((ast.get_docstring(node) or "").split()).rstrip(".")
                    made[node.name] = (whole, inner.value)
    found: dict[str, list[tuple[str, dict[int, str], ast.Call]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
            for key, value in zip(node.keys, node.values, strict=True):
                name = ast.unparse(value).removesuffix("()")
                if isinstance(key, ast.Constant) and key.value in PROFILE_NAMES and name in made:
                    whole, call = made[name]
                    found.setdefault(str(key.value), []).append((whole, comments, call))
    return found


def _comments(text: str) -> dict[int, str]:
    """The comments that stand on lines of their own."""
    lines = text.splitlines()
    return {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and lines[token.start[0] - 1].lstrip().startswith("#")
    }


def _whole(comments: dict[int, str], line: int) -> str:
    """The comment `#:` right above an assignment."""
    return " ".join(_block(comments, line - 1, "#:")).rstrip(".")


def _above(comments: dict[int, str], value: ast.expr, call: ast.Call) -> str:
    """The last comment above a keyword, within the call."""
    for line in range(value.lineno - 1, call.lineno, -1):
        if line in comments and line + 1 not in comments:
            return " ".join(_block(comments, line, "#"))
    return ""


def _block(comments: dict[int, str], line: int, mark: str) -> list[str]:
    block: list[str] = []
    while line in comments:
        block.insert(0, comments[line].removeprefix(mark).lstrip(": ").strip())
        line -= 1
    return block


def _lines() -> Iterator[str]:
    for profile, some in found().items():
        yield f"    {profile!r}: {{\n".replace("'", '"')
        for setting, said in sorted(some.items()):
            text = said.replace("\\", "\\\\").replace('"', '\\"')
            yield f'        "{setting}": "{text}",\n'
        yield "    },\n"


def page() -> str:
    """The module as it stands."""
    return HEAD + "".join(_lines()) + "}\n"


if __name__ == "__main__":
    sys.stdout.write(page())
