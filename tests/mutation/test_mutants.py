"""The tool that changes the judgement: it finds what can be changed, changes that alone, and its score is on its page."""

from __future__ import annotations

import ast
import os
from types import ModuleType

import pytest

from mutation import score, trying
from mutation.equivalent import EQUIVALENT
from mutation.mutants import mutants, put
from mutation.planted import Functions
from mutation.trying import Tried, sample


def changed(source: str) -> list[str]:
    """What each mutant makes of a text, in their order."""
    found = []
    for place in range(len(mutants(ast.parse(source)))):
        tree = ast.parse(source)
        put(mutants(tree)[place])
        found.append(ast.unparse(tree.body[0]).split("\n", 1)[1].strip())
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a < b", ["return None", "return a <= b", "return a >= b"]),
        ("return a + 1", ["return None", "return a - 1", "return a + 2"]),
        ("return a and b", ["return None", "return a or b", "return b", "return a"]),
        ("return not a", ["return None", "return a"]),
        ("return min(a, b)", ["return None", "return a", "return b"]),
        ("return max(a)", ["return None", "return min(a)"]),
        ("return sorted(a, key=b)", ["return None", "return list(a)"]),
        ("return a if b else c", ["return None", "return a if True else c", "return a if False else c"]),
        ("return a == 'x'", ["return None", "return a != 'x'", "return a == 'x~'"]),
        ("return [a for a in b if a]",
         ["return None", "return [a for a in b if True]", "return [a for a in b if False]"]),
        ("a += b", ["pass", "a -= b"]),
        ("a.append(b)", ["pass"]),
        ("return False", ["return True"]),
        ("return None", []),
        ("return f'{a} is more'", ["return None"]),
    ],
)  # fmt: skip
def test_what_a_line_could_read_instead(line: str, expected: list[str]) -> None:
    assert changed(f"def rule(a, b, c):\n    {line}") == expected


def test_a_text_that_says_what_a_function_knows_is_left_alone_and_so_is_what_runs_when_a_module_is_loaded() -> (
    None
):
    source = 'LIMIT = 1\n\ndef rule(a: int = 2) -> None:\n    """Not a < b."""\n    return None'
    assert not mutants(ast.parse(source))


def test_names_tell_mutants_apart_and_stay_when_lines_are_written_above() -> None:
    source = "def rule(a):\n    if a > 1:\n        return a > 1\n    return a"
    names = [one.name for one in mutants(ast.parse(source))]
    assert len(set(names)) == len(names)
    assert "rule: a > 1 -> a >= 1 #2" in names
    assert [one.name for one in mutants(ast.parse("import os\n\n\n" + source))] == names


def test_a_planted_mutant_is_what_runs_and_nothing_else_changes() -> None:
    source = "def least(a, b):\n    return min(a, b)\n\n\ndef most(a, b):\n    return max(a, b)\n"
    module = ModuleType("rules")
    exec(compile(source, "/rules/rule.py", "exec"), vars(module))
    least, most = module.least, module.most
    tree = ast.parse(source)
    wrong = next(one for one in mutants(tree) if one.name == "least: min(a, b) -> b")
    Functions("/rules/").plant("/rules/rule.py", tree, wrong)
    assert (least(1, 2), most(1, 2)) == (2, 2)


def test_a_sample_is_the_same_each_time_and_another_with_another_seed() -> None:
    places, every = sample("counted", 20, 1)
    assert (places, every) == sample("counted", 20, 1)
    assert len(set(places)) == 20 < every
    assert places != sample("counted", 20, 2)[0]
    assert sample("counted", 0, 1)[0] == list(range(every))


def test_what_became_of_mutants_is_counted() -> None:
    known = next(iter(EQUIVALENT))
    module, name = known.split(".", 1)
    tried = [
        Tried("counted", "rule: a -> b", "", "", end)
        for end in ("cases", "cases", "tests", "time", "survived")
    ]
    found = score.scored([*tried, Tried(module, name, "", "", "survived")], 9)
    assert (found.cases, found.tests, found.time, found.equivalent) == (2, 1, 1, 1)
    assert (found.survivors, found.tried, found.every) == (["rule: a -> b"], 6, 9)


def test_the_page_tells_the_score_that_is_kept() -> None:
    assert score.PAGE.read_text() == score.page(score.kept()), "run make mutate with MUTATE_ARGS=--write"
    assert all(reason.strip() for reason in EQUIVALENT.values())


def test_the_tool_works_on_the_tree_that_it_stands_in() -> None:
    assert os.path.isdir(trying.ROOM)
    assert set(score.modules()) <= {one.stem for one in trying.ROOM.glob("*.py")}
