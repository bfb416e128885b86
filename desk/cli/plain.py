"""Command lines of ``list``, ``show`` and ``decide`` that need no parser: known words in their plain form, nothing else.

What is not wholly understood here (help, a mistake, an abbreviated form) is left to the whole parser, which alone answers for
what a command line means; a test holds the two together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from desk.cli import daily


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """The words of one command, each with the argument that it fills."""

    run: Callable[..., None]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    switches: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, Callable[[str], Any]]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


def _count(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) >= 1):
        raise ValueError(word)
    return int(word)


GRAMMARS = {
    "list": Grammar(
        run=daily.list_cases,
        switches={"--overdue": "overdue", "--json": "as_json"},
        values={"--stage": ("stage", str), "--unit": ("unit", str), "--limit": ("limit", _count)},
    ),
    "show": Grammar(run=daily.show_case, required=("number",), switches={"--json": "as_json"}),
    "decide": Grammar(
        run=daily.decide_case,
        required=("number",),
        optional=("step",),
        values={"--answer": ("answer", Path)},
        lists={"--set": "set_"},
    ),
}


def plain_call(words: Sequence[str]) -> Callable[[], None] | None:
    """The call that a command line asks for, or nothing when the whole parser has to read it."""
    if not words or words[0] not in GRAMMARS:
        return None
    grammar = GRAMMARS[words[0]]
    given = arguments(grammar, words[1:])
    return None if given is None else partial(grammar.run, **given)


def arguments(grammar: Grammar, words: Sequence[str]) -> dict[str, Any] | None:
    """The arguments that the words of a command fill, or nothing when one of them is not plain."""
    given: dict[str, Any] = {}
    places = iter((*grammar.required, *grammar.optional))
    rest = iter(words)
    try:
        for word in rest:
            if not word.startswith("-"):
                given[next(places)] = word
            elif word in grammar.switches:
                given[grammar.switches[word]] = True
            else:
                _fill(grammar, given, word, rest)
    except (LookupError, ValueError, StopIteration):
        return None
    return given if all(name in given for name in grammar.required) else None


def _fill(grammar: Grammar, given: dict[str, Any], word: str, rest: Iterator[str]) -> None:
    """Take an option's value, which stands after ``=`` or is the next word; raises when it is not plain."""
    option, equals, value = word.partition("=")
    if not equals and (value := next(rest)).startswith("-"):
        raise ValueError(value)
    if option in grammar.lists:
        given.setdefault(grammar.lists[option], []).append(value)
        return
    name, read = grammar.values[option]
    given[name] = read(value)
