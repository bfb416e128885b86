"""Rendering: a letter's facts become text and HTML, and a missing fact is an error, never a blank."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from models.vocabulary import Letter
from notifications.catalogue import row_for


class RenderingError(Exception):
    """A letter cannot be written; names the letter and what is missing."""


@dataclass(frozen=True)
class Rendered:
    """A letter as it leaves."""

    subject: str
    text: str
    html: str


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"), undefined=StrictUndefined, keep_trailing_newline=True,
        autoescape=select_autoescape(["html.j2"]),
    )


def render(letter: Letter, facts: dict[str, Any]) -> Rendered:
    """Write a letter: one wording, as plain text and, paragraph by paragraph, as HTML."""
    row = row_for(letter)
    try:
        text = _environment().get_template(f"{row.template}.txt.j2").render(facts)
        paragraphs = [block.splitlines() for block in text.split("\n\n") if block.strip()]
        html = _environment().get_template("base.html.j2").render(subject=row.subject, paragraphs=paragraphs)
    except TemplateError as error:
        raise RenderingError(f"{letter.value}: {error}") from error
    return Rendered(subject=row.subject, text=text, html=html)
