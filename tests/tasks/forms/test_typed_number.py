"""The typed work number: one room reads it, and a guard sees whoever else would."""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from trials.house.figures import Plan
from trials.house.sources import sources

FIELD = "officer"
READER = "tasks/forms/typed_number.py"
OF_ANOTHER_KIND = {"tasks/record/roster.py": "[[officer]] of a roster file, which is no form"}
"""Files that read something of that name which nobody typed into a form."""
PRODUCTION = sources(ROOT, Plan().production)


def readings(tree: ast.Module) -> Iterator[int]:
    """The lines that read the field: as an attribute, or by its name, which only an answer that is written may hold."""
    written = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    written |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.List) for part in node.elts}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == FIELD and isinstance(node.ctx, ast.Load):
            yield node.lineno
        if isinstance(node, ast.Constant) and node.value == FIELD and id(node) not in written:
            yield node.lineno


def test_no_file_but_one_reads_it() -> None:
    found = [f"{one.path.as_posix()}:{line}" for one in PRODUCTION for line in readings(one.tree)]
    elsewhere = [place for place in found if place.partition(":")[0] not in (READER, *OF_ANOTHER_KIND)]
    assert (elsewhere, any(place.startswith(READER) for place in found)) == ([], True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("code = form.officer", id="as an attribute"),
        pytest.param('code = getattr(form, "officer")', id="as an attribute by its name"),
        pytest.param('code = answer["officer"]', id="out of an answer"),
        pytest.param('code = answer.get("officer", "")', id="out of an answer where it may be missing"),
        pytest.param('code = answer.pop("officer")', id="taken out of an answer"),
        pytest.param('code = next(value for name, value in answer.items() if name == "officer")', id="found by its name"),
        pytest.param('FIELD = "officer"', id="through a name of its own"),
        pytest.param('match answer:\n    case {"officer": code}:\n        pass', id="by a pattern"),
    ],
)
def test_a_reader_is_seen(text: str) -> None:
    assert list(readings(ast.parse(text))) != []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('answer = {"officer": code}', id="an answer that is given"),
        pytest.param('required = ["officer", *more]', id="a form that asks for it"),
        pytest.param("class Form:\n    officer: str = asked('经办人工号', 0)", id="the form itself"),
        pytest.param("def attach(officer: str) -> None:\n    find(officer)", id="an option of a command"),
    ],
)
def test_whoever_writes_it_is_no_reader(text: str) -> None:
    assert list(readings(ast.parse(text))) == []


def test_a_file_of_the_same_name_for_something_else_is_there_and_needs_to_be_named() -> None:
    needed = {one.path.as_posix() for one in PRODUCTION if list(readings(one.tree))} - {READER}
    assert needed == set(OF_ANOTHER_KIND)
