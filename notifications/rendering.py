"""Rendering: a letter's facts become text and HTML; a missing fact is an error, never a blank."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from models.vocabulary.papers import Letter
from notifications.catalogue import CatalogueRow, row_for

LetterFacts = Mapping[str, str | list[str]]
GAPS = re.compile(r"\n{3,}")


class RenderingError(Exception):
    """A letter cannot be written; the message names the letter and the fact, never what the fact says."""


@dataclass(frozen=True)
class Rendered:
    """A letter ready to leave."""

    subject: str
    text: str
    html: str


def render(letter: Letter, facts: LetterFacts) -> Rendered:
    """Write a letter: its wording as text, and the same paragraphs laid out as HTML."""
    row = row_for(letter)
    needed = _needed(row, facts)
    try:
        text = _write(f"{row.template}.txt.j2", {**needed, "heading": row.subject})
        html = _write(f"{row.template}.html.j2", {**needed, "heading": row.subject, "text": text})
    except TemplateError as error:
        raise RenderingError(f"函件“{letter.label}”的模板有误：{error.message}") from None
    return Rendered(subject=f"{row.subject}（{needed['number']}）", text=text, html=html)


def cited(basis: str) -> str:
    """Cite an article as letters do, 《信访工作条例》第三十四条; nothing for a rule that the office set itself."""
    law, _, article = basis.partition(" ")
    return f"《{law}》{article}" if article else ""


@lru_cache
def environment() -> Environment:
    """The templates, with the rules they are read by."""
    made = Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["cited"] = cited
    return made


def _write(name: str, facts: LetterFacts) -> str:
    written = environment().get_template(name).render(facts)
    return GAPS.sub("\n\n", "\n".join(line.rstrip() for line in written.splitlines())).strip() + "\n"


def _needed(row: CatalogueRow, facts: LetterFacts) -> LetterFacts:
    if missing := [name for name in row.needs if not _is_fact(facts.get(name))]:
        raise RenderingError(f"函件“{row.letter.label}”缺少：{'、'.join(missing)}")
    return {name: facts[name] for name in row.needs}


def _is_fact(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str)
