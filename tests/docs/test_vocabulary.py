"""One word a thing: what names mean, that documents know them, and that every room is on the map."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from models.vocabulary import case, labelled, limits, papers, people
from models.vocabulary.case import Event
from tests.conftest import ROOT
from trials.house.figures import Plan
from trials.house.sources import Source, sources

PRODUCTION = sources(ROOT, Plan().production)
SEVERAL = {
    "Database": "the engine's own, as its routes are given it, beside that of the cases: neither room sees the other's",
    "Leaving": "what a run leaves behind, and the message that tells the engine so",
}
"""Names that may mean several things, each with the reason."""
LADDER = (
    "models/clock.py",
    "rules/ladder.py",
    "rules/packs.py",
    "rules/letters.py",
    "rules/data",
    "tasks/limits",
    "tasks/sweeping",
)
TELLING = ("tasks/runs/announcements.py", "flows/runtime/repair/limit_events.py", "desk/simulation/tally.py")
ELSEWHERE = {
    "step": ((*LADDER, *TELLING), "a step is where the work waits for a person; a ladder has rungs and escalations"),
    "facts": (("rules",), "facts are what an event or a letter keeps; guards and limits look at a situation"),
    "clock": (("flows", "engine", "desk/stack", "desk/wall_time.py"), "a clock is a limit on foot; now is told by wall_time"),
}
"""Words that have their meaning elsewhere: in which files nothing is named so, and why."""
REFERRED_TO = {Event.CORRECT_FACTS.name}
"""Words of the vocabulary that the rules only refer to: what a registration said is what an event keeps of it."""
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


def words(source: Source) -> set[str]:
    """The words, in the singular, of which a file's own name and everything that is named in it are made."""
    named = {source.path.stem}
    for node in ast.walk(source.tree):
        named |= {
            value for field, value in ast.iter_fields(node) if field in ("id", "arg", "attr", "name") and isinstance(value, str)
        }
    parts = (part.lower() for name in named - REFERRED_TO for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))
    return {part if part == "facts" else part.removesuffix("s") for part in parts}


def strays(written: list[Source]) -> list[str]:
    """Where a word is used in a room in which it would mean a second thing."""
    return [
        f"{word} in {source.path.as_posix()}: {why}"
        for word, (rooms, why) in ELSEWHERE.items()
        for source in written
        if any(source.path.is_relative_to(room) for room in rooms) and word in words(source)
    ]


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


def test_no_word_strays_into_a_room_where_it_would_mean_a_second_thing() -> None:
    assert strays(PRODUCTION) == []


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        pytest.param("tasks/limits/ladder.py", "def passed_steps(): ...", ["step"], id="a step of a ladder"),
        pytest.param("models/clock.py", "class ClockStep: ...", ["step"], id="a table of steps beside the clocks"),
        pytest.param("rules/packs.py", "class LadderStep: ...", ["step"], id="a step of the pack"),
        pytest.param("tasks/sweeping/sweep.py", "clock.next_step_at", ["step"], id="a clock's next step"),
        pytest.param("rules/lifecycle/guards/intake.py", "def registrable(facts): ...", ["facts"], id="facts for a guard"),
        pytest.param("rules/limits.py", "class LimitFacts: ...", ["facts"], id="facts for a limit"),
        pytest.param("flows/clock.py", "def now(): ...", ["clock"], id="the wall clock of the flows"),
        pytest.param(
            "flows/runtime/worker/worker.py", "from flows.wall_time import clock", ["clock"], id="a clock that tells now"
        ),
        pytest.param("tasks/decide.py", "def decide(step, facts, clock): ...", [], id="each word where it is at home"),
        pytest.param("rules/ladder.py", "next_rung", [], id="a rung"),
    ],
)
def test_a_stray_word_is_noticed(file: str, text: str, told: list[str]) -> None:
    assert [stray.split()[0] for stray in strays([Source(Path(file), text)])] == told


def test_a_unit_alone_is_a_handling_unit() -> None:
    """What a length is counted in is a ``TimeUnit``."""
    assert "Unit" not in meanings(PRODUCTION)


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
