"""One word a thing: what names mean, that documents know them, and that every room is on the map."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from models.vocabulary import case, labelled, limits, papers, people
from tests.conftest import ROOT
from trials.house.figures import Plan
from trials.house.sources import Source, sources

PRODUCTION = sources(ROOT, Plan().production)
SEVERAL = {
    "Database": "the engine's own, as its routes are given it, beside that of the cases: neither room sees the other's",
    "Leaving": "what a run leaves behind, and the message that tells the engine so",
}
"""Names that may mean several things, each with the reason."""
ROOMS = sorted({source.path.parent for source in PRODUCTION if source.path.parent.parts[1:]})


def names(source: Source) -> Iterator[tuple[str, str]]:
    """The public classes and type aliases of a file, each with what it stands for."""
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name, f"{source.path.as_posix()}:{node.lineno}"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _names_a_type(node.targets[0].id):
            yield node.targets[0].id, ast.unparse(node.value)


def _names_a_type(name: str) -> bool:
    return name[0].isupper() and not name.isupper()


def meanings(written: list[Source]) -> dict[str, set[str]]:
    """What each public name stands for in some files; an alias that says the same twice is one thing."""
    found = defaultdict(set)
    for name, meaning in chain.from_iterable(names(source) for source in written):
        if not name.startswith("_"):
            found[name].add(meaning)
    return found


def terms() -> list[str]:
    """The public terms: tables, coded words, and what the rules speak of (refusals aside, which say what they are)."""
    written = [source for source in PRODUCTION if source.path.parts[0] in ("models", "rules")]
    classes = [node.name for source in written for node in source.tree.body if isinstance(node, ast.ClassDef)]
    return sorted({name for name in classes if not name.startswith("_") and not name.endswith("Error")})


def test_no_name_means_two_things() -> None:
    several = {name: sorted(found) for name, found in meanings(PRODUCTION).items() if len(found) > 1}
    assert {name: found for name, found in several.items() if name not in SEVERAL} == {}


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param("class Unit: ...", "class Unit: ...", ["Unit"], id="two classes"),
        pytest.param("class Unit: ...", "Unit = dict[str, str]", ["Unit"], id="a class and an alias"),
        pytest.param("Row = dict[str, str]", "Row = dict[str, int]", ["Row"], id="two aliases for different things"),
        pytest.param("Say = Callable[[str], None]", "Say = Callable[[str], None]", [], id="one alias said twice"),
        pytest.param("class _Bar: ...", "class _Bar: ...", [], id="names that stay at home"),
        pytest.param("LIMIT = 3", "LIMIT = 4", [], id="constants"),
    ],
)
def test_a_name_with_two_meanings_is_noticed(first: str, second: str, told: list[str]) -> None:
    found = meanings([Source(Path("one.py"), first), Source(Path("two.py"), second)])
    assert [name for name, what in found.items() if len(what) > 1] == told


def test_every_public_term_stands_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    assert len(terms()) > 60
    assert [term for term in terms() if not re.search(rf"`{term}`", glossary)] == []


def test_every_coded_word_stands_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    defined = [kind for room in (case, limits, papers, people) for kind in vars(room).values() if isinstance(kind, type)]
    kinds = [kind for kind in defined if issubclass(kind, labelled.Labelled)]
    words = [(kind.__name__, member.label) for kind in kinds for member in kind]
    assert len(words) > 200
    assert [word for word in words if word[1] not in glossary] == []


@pytest.mark.parametrize("room", ROOMS, ids=Path.as_posix)
def test_every_room_is_on_the_map(room: Path) -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("|") and f"{room.parts[0]}/" in line]
    assert [row for row in rows if re.search(rf"[`/]{room.name}/`", row)] != []
