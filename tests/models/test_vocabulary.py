"""Coded words: one code and one label each, read by either, and no word that could be taken for another."""

import re

import pytest

from models.vocabulary import case, limits, papers, people
from models.vocabulary.labelled import Labelled

KINDS = [
    kind
    for room in (case, limits, papers, people)
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Labelled) and kind is not Labelled and kind.__module__ == room.__name__
]
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
CODE = re.compile("[a-z][a-z0-9_]*")


def test_every_room_of_the_vocabulary_is_looked_at() -> None:
    assert {"Channel", "State", "Step", "ClockState", "Letter", "Role", "OrganKind"} <= {kind.__name__ for kind in KINDS}
    assert len(KINDS) >= 25


@EACH_KIND
class TestAKindOfWord:
    def test_has_codes_that_a_database_can_keep(self, kind: type[Labelled]) -> None:
        assert [word.value for word in kind if not CODE.fullmatch(word.value) or len(word.value) > 40] == []

    def test_has_a_label_for_every_code(self, kind: type[Labelled]) -> None:
        assert [word for word in kind if not word.label.strip() or word.label != word.label.strip()] == []

    def test_has_no_label_twice(self, kind: type[Labelled]) -> None:
        labels = [word.label for word in kind]
        assert len(set(labels)) == len(labels)

    def test_is_read_by_label_and_by_code(self, kind: type[Labelled]) -> None:
        assert [(kind.read(word.label), kind.read(word.value)) for word in kind] == [(word, word) for word in kind]

    def test_has_no_label_that_is_anothers_code(self, kind: type[Labelled]) -> None:
        codes = {word.value: word for word in kind}
        assert [word for word in kind if codes.get(word.label, word) is not word] == []

    @pytest.mark.parametrize("text", ["", "　", "没有这个词"], ids=["nothing", "a wide space", "another word"])
    def test_refuses_what_is_none_of_its_words_and_offers_all(self, kind: type[Labelled], text: str) -> None:
        with pytest.raises(ValueError, match="没有“") as refused:
            kind.read(text)
        assert all(word.label in str(refused.value) for word in kind)

    def test_writes_its_code_not_its_label(self, kind: type[Labelled]) -> None:
        assert [f"{word}" for word in kind] == [word.value for word in kind]
