"""What ``ARCHITECTURE.md`` quotes is there, and the index of decisions lists every decision."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from trials.house.figures import Plan
from trials.house.sources import sources

PAGE = (ROOT / "ARCHITECTURE.md").read_text()
EXAMPLE = re.compile(r"XF-\d|xf-\d|:\S|<")
"""A number of a case, or a key written out: nothing of that name stands anywhere."""

DECISIONS = ROOT / "docs" / "adr"
MAKEFILE = (ROOT / "Makefile").read_text()


def named(tree: ast.AST) -> Iterator[str]:
    """Every name that a file gives to something or takes from elsewhere, and every word that it writes out as a key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module or "").split(".")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


SOURCES = sources(ROOT, [*Plan().production, *Plan().trials])
NAMES = {name for source in SOURCES for name in named(source.tree)} | {source.path.stem for source in SOURCES}


def not_there(page: str) -> list[str]:
    """What a page quotes and the house does not have: paths (whole, or below one that the line names too), commands and names."""
    return [quoted for line in page.splitlines() for quoted in quotes(line) if not is_there(quoted, line)]


def quotes(line: str) -> list[str]:
    return [quoted for quoted in re.findall(r"`([^`]+)`", line) if not EXAMPLE.search(quoted)]


def is_there(quoted: str, line: str) -> bool:
    if quoted.startswith("make "):
        return re.search(rf"^{quoted.removeprefix('make ')}:", MAKEFILE, re.MULTILINE) is not None
    words = [word for word in re.split(r"[\s,():]+", quoted) if word]
    return all(
        is_a_path(word, line) if "/" in word else word in NAMES or all(part in NAMES for part in word.split("."))
        for word in words
    )


def is_a_path(path: str, line: str) -> bool:
    rooms = [ROOT, *(ROOT / room for room in quotes(line) if "/" in room)]
    return any((room / path).exists() or (room / f"{path}.py").exists() for room in rooms)


def test_what_the_architecture_quotes_is_there() -> None:
    assert not_there(PAGE) == []


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        pytest.param("| `tasks/attic/` | old things |", ["tasks/attic/"], id="a room"),
        pytest.param("| `desk/` | `attic/`: old things |", ["attic/"], id="a room in a room"),
        pytest.param("The server tells the worker (`engine/overdue.py`).", ["engine/overdue.py"], id="a file"),
        pytest.param("It calls `advance_backwards`.", ["advance_backwards"], id="a function"),
        pytest.param("It calls `advance(REGISTER_TWICE)`.", ["advance(REGISTER_TWICE)"], id="an event in a call"),
        pytest.param("(`rules/routing.py: rank_of_cook`)", ["rules/routing.py: rank_of_cook"], id="a function in a file"),
        pytest.param("| `petition.cook_key` |", ["petition.cook_key"], id="a column"),
        pytest.param("`make supper` prints", ["make supper"], id="a target of make"),
        pytest.param("| `desk/` | `cli/` and `make house`, `advance(REGISTER)` |", [], id="nothing, where all is there"),
        pytest.param("`XF-2026-0001` is known by `intake:<run>`", [], id="nothing, where examples are quoted"),
    ],
)
def test_what_is_not_there_is_missed(line: str, missing: list[str]) -> None:
    assert not_there(line) == missing


def test_the_index_of_decisions_lists_each_under_its_number_and_title() -> None:
    index = (DECISIONS / "README.md").read_text()
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.+?)(?: \(superseded by \d{4}\))? \|$", index, re.MULTILINE)
    pages = sorted(page for page in DECISIONS.glob("*.md") if page.name != "README.md")
    assert listed == [
        (page.name[:4], page.name, page.read_text().splitlines()[0].removeprefix(f"# {page.name[:4]} ")) for page in pages
    ]
