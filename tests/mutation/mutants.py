"""Every small way in which a line of the judgement could read otherwise: a comparison, a sum, a condition, a result.

Knows the syntax of Python and nothing of Sayso. What runs when a module is loaded (defaults, decorators, constants) is
left out: a mutant is planted by giving a function other code.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: A comparison and what it could be instead: with the limit in or out, and its opposite.
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One change: in which function, what it says, on which lines; and where in the tree what is put in its place.

    `name` tells it apart from all others of its module, and stays when other lines are written above it.
    """

    where: str
    name: str
    lines: range
    parent: ast.AST
    field: str
    place: int | None
    instead: Any


def mutants(tree: ast.Module) -> list[Mutant]:
    """All mutants of a module, in the order in which they stand."""
    found = [one for where, function in functions(tree) for one in _of_function(where, function)]
    seen: Counter[tuple[str, str]] = Counter()
    named = []
    for one in found:
        key = (one.where, one.name)
        seen[key] += 1
        again = f" #{seen[key]}" if seen[key] > 1 else ""
        values = vars(one) | {"name": f"{one.where}: {one.name}{again}"}
        named.append(Mutant(**values))
    return named


def functions(tree: ast.Module | ast.ClassDef, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions and methods of a module with their dotted names; what stands within a function is part of it."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{within}{node.name}.")
        elif isinstance(node, _FUNCTIONS):
            yield f"{within}{node.name}", node  # type: ignore[misc]


def put(mutant: Mutant) -> None:
    """Change the tree that the mutant was found in."""
    new = copy.deepcopy(mutant.instead)
    old = getattr(mutant.parent, mutant.field)
    if mutant.place is None:
        place = old
        setattr(mutant.parent, mutant.field, new)
    else:
        place = old[mutant.place]
        old[mutant.place] = new
    if isinstance(new, ast.AST):
        if isinstance(place, ast.AST) and hasattr(place, "lineno"):
            ast.copy_location(new, place)
        ast.fix_missing_locations(new)


def _of_function(where: str, function: ast.FunctionDef) -> Iterator[Mutant]:
    body = function.body
    told = bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    for place, statement in enumerate(body):
        if not (place == 0 and told):
            yield from _of_statement(where, statement, function, "body", place)


def _of_statement(where: str, node: ast.stmt, parent: ast.AST, field: str, place: int) -> Iterator[Mutant]:
    """The mutants of a statement: it left out, its own expressions, and the statements within it."""
    lines = _own_lines(node)
    for instead in _statements(node):
        text = f"{_head(node)} -> {_head(instead)}"
        yield Mutant(where, text, lines, parent, field, place, instead)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "decorator_list", "args", "returns", "keywords"):
            continue
        for index, one in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(one, ast.expr):
                yield from _of_expression(where, one, node, name, index, lines, node)
            elif isinstance(one, ast.stmt):
                yield from _of_statement(where, one, node, name, index or 0)
            elif isinstance(one, ast.excepthandler | ast.match_case | ast.withitem):
                yield from _of_part(where, one, lines)


def _of_part(where: str, part: ast.AST, lines: range) -> Iterator[Mutant]:
    for place, statement in enumerate(getattr(part, "body", ())):
        yield from _of_statement(where, statement, part, "body", place)


def _of_expression(
    where: str, node: ast.expr, parent: ast.AST, field: str, place: int | None, lines: range, shown: ast.AST
) -> Iterator[Mutant]:
    """The mutants of an expression and of what stands within it. `shown` is what a name shows of a mere value."""
    for instead in _expressions(node, parent):
        change = Mutant(where, "", lines, parent, field, place, instead)
        yield Mutant(**(vars(change) | {"name": _text(change, node, shown)}))
    around = node if not isinstance(node, ast.Tuple | ast.Starred | ast.UnaryOp) else shown
    for name, value in ast.iter_fields(node):
        for index, one in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(one, ast.expr):
                yield from _of_expression(where, one, node, name, index, lines, around)
            elif isinstance(one, ast.keyword):
                yield from _of_expression(where, one.value, one, "value", None, lines, around)
            elif isinstance(one, ast.comprehension):
                yield from _of_comprehension(where, one, lines)


def _of_comprehension(where: str, loop: ast.comprehension, lines: range) -> Iterator[Mutant]:
    yield from _of_expression(where, loop.iter, loop, "iter", None, lines, loop.iter)
    for place, condition in enumerate(loop.ifs):
        for value in (True, False):
            text = f"for ... if {ast.unparse(condition)} -> {value}"
            yield Mutant(where, text, lines, loop, "ifs", place, ast.Constant(value))
        yield from _of_expression(where, condition, loop, "ifs", place, lines, condition)


def _text(change: Mutant, node: ast.expr, shown: ast.AST) -> str:
    """What it reads, and what it would; a mere value with what stands around it."""
    around = shown if isinstance(node, ast.Constant) else node
    before = _head(around)
    where = getattr(change.parent, change.field)
    put(change)
    after = _head(getattr(change.parent, change.field) if around is node and change.place is None
                  else where[change.place] if around is node else around)  # fmt: skip
    if change.place is None:
        setattr(change.parent, change.field, node)
    else:
        where[change.place] = node
    return f"{before} -> {after}"


def _head(node: Any) -> str:
    """The text of an expression, or the first line of that of a statement."""
    return ast.unparse(node).split("\n", 1)[0]


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement, of one with others within it those before them."""
    inner = [one for name in ("body", "cases") for one in getattr(node, name, ())]
    last = node.end_lineno or node.lineno
    if inner:
        first = inner[0].pattern if isinstance(inner[0], ast.match_case) else inner[0]
        last = max(node.lineno, first.lineno - 1)
    return range(node.lineno, last + 1)


def _statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """What could stand in place of a statement."""
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Continue():
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Pass()
            if type(op) in ARITHMETIC:
                yield ast.AugAssign(target, ARITHMETIC[type(op)](), value)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not _is_nothing(value):
            yield ast.Return(ast.Constant(None))


def _is_nothing(node: ast.expr) -> bool:
    """None, no or an empty text, which nobody tells from None."""
    return isinstance(node, ast.Constant) and not node.value


def _expressions(node: ast.expr, parent: ast.AST) -> Iterator[ast.expr]:
    """What could stand in place of an expression."""
    if isinstance(parent, ast.If | ast.IfExp) and node is parent.test:
        yield from (ast.Constant(True), ast.Constant(False))
    if isinstance(parent, ast.While) and node is parent.test:
        yield ast.Constant(False)
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            yield ast.BinOp(node.left, ARITHMETIC[type(op)](), node.right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant():
            yield from _constants(node, parent)
        case ast.Call(func=ast.Name(id=name)) if name in CALLED:
            yield from _called(node, name)


def _compared(node: ast.Compare) -> Iterator[ast.expr]:
    for place, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _called(node: ast.Call, name: str) -> Iterator[ast.expr]:
    """The other of two; of the least or the most of several each alone; the order that things came in."""
    if (
        name in ("min", "max")
        and len(node.args) > 1
        and not any(isinstance(a, ast.Starred) for a in node.args)
    ):
        yield from node.args
    elif name == "sorted":
        yield ast.Call(ast.Name("list", ast.Load()), node.args[:1], [])
    else:
        yield ast.Call(ast.Name(CALLED[name], ast.Load()), node.args, node.keywords)


def _constants(node: ast.Constant, parent: ast.AST) -> Iterator[ast.expr]:
    """Yes for no, one more of a number, and another word where words are compared or are what comes out."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and isinstance(parent, ast.Compare | ast.Return | ast.IfExp | ast.Tuple):
        yield ast.Constant(f"{value}~")
