"""Every letter has a row, two templates, exactly the facts it needs, and the wording that was agreed."""

import os
import re
from pathlib import Path

import pytest
from jinja2 import BaseLoader, meta

from models.vocabulary.papers import Letter
from notifications.catalogue import CATALOGUE, OFFICE_RULE, CatalogueRow, row_for
from notifications.rendering import environment, render
from tests.notifications.invented import BARE_FACTS, FACTS, ON_THE_LADDER

GOLDEN = Path(__file__).parent / "golden"
FROM_RENDERER = {"heading", "text"}
PRIVATE = {"petitioner_name", "title", "reason", "answer", "meeting", "people_count"}
HANDED_ON = {"leader": "office", "chairs": "office"}
"""Whom the office hands its reports to by itself: they are sent to the office."""
NEVER_PRINTED = ("上访户", "缠访", "无理", "None", "60日", "60天", "六十日", "六十天")

ARTICLE = re.compile(r"信访工作条例 第[一二三四五六七八九十]+条(第[一二三四]款)?")

each_row = pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.template)


def variables(stem: str) -> set[str]:
    """What a letter's two templates, with all that they extend and import, expect from outside."""
    found: set[str] = set()
    waiting = [f"{stem}.txt.j2", f"{stem}.html.j2"]
    loader = environment().loader
    assert isinstance(loader, BaseLoader)
    while waiting:
        tree = environment().parse(loader.get_source(environment(), waiting.pop())[0])
        found |= meta.find_undeclared_variables(tree)
        waiting += filter(None, meta.find_referenced_templates(tree))
    return found - FROM_RENDERER


class TestCatalogue:
    def test_has_one_row_for_every_letter(self) -> None:
        assert sorted(row.letter for row in CATALOGUE) == sorted(Letter)
        assert all(row_for(letter).letter is letter for letter in Letter)

    @each_row
    def test_needs_what_its_templates_use(self, row: CatalogueRow) -> None:
        assert set(row.needs) == variables(row.template)
        assert len(row.needs) == len(set(row.needs))
        assert set(row.needs) <= set(FACTS)

    @each_row
    def test_has_a_number_only_in_a_series(self, row: CatalogueRow) -> None:
        assert ("letter_no" in row.needs) == (row.serial is not None)

    @each_row
    def test_cites_an_article_or_says_that_there_is_none(self, row: CatalogueRow) -> None:
        assert row.article == OFFICE_RULE or ARTICLE.fullmatch(row.article)

    @each_row
    def test_goes_to_whom_its_name_says(self, row: CatalogueRow) -> None:
        reader = row.letter.value.rpartition("_to_")[2]
        assert row.addressee == HANDED_ON.get(reader, reader)

    def test_tells_a_chat_group_nothing_of_the_matter(self) -> None:
        assert not [row for row in CATALOGUE if row.addressee == "office" and PRIVATE & set(row.needs)]

    def test_has_no_template_too_many(self) -> None:
        shared = {"base.html.j2", "letter.html.j2", "blocks.txt.j2"}
        expected = {f"{row.template}.{kind}.j2" for row in CATALOGUE for kind in ("txt", "html")}
        assert set(environment().list_templates()) == expected | shared


class TestWording:
    @each_row
    def test_is_the_agreed_one(self, row: CatalogueRow) -> None:
        """After a wanted change: WRITE_GOLDEN=1 pytest tests/notifications, then read the difference."""
        path = GOLDEN / f"{row.template}.txt"
        text = render(row.letter, FACTS | ON_THE_LADDER.get(row.letter, {})).text
        if os.environ.get("WRITE_GOLDEN"):
            path.write_text(text)
        assert text == path.read_text()

    @each_row
    @pytest.mark.parametrize("facts", [FACTS, BARE_FACTS], ids=["all facts", "optional facts empty"])
    def test_never_slights_a_petitioner_or_invents_a_limit(self, row: CatalogueRow, facts: dict[str, str]) -> None:
        rendered = render(row.letter, facts)
        assert not [word for word in NEVER_PRINTED if word in rendered.text + rendered.html]

    def test_has_no_letter_too_many(self) -> None:
        assert {path.stem for path in GOLDEN.glob("*.txt")} == {row.template for row in CATALOGUE}
