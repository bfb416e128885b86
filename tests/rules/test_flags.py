"""The flags that a paper earns by itself."""

from dataclasses import replace

import pytest

from models.vocabulary.case import Channel, Flag
from rules.flags import PaperSituation, own_flags

SIGNED = PaperSituation(channel=Channel.LETTER, names=("王某",), content="电梯长期停运")
VISIT = replace(SIGNED, channel=Channel.VISIT)
EARNED = [
    ("a signed letter", SIGNED, ()),
    ("a letter that nobody signed", replace(SIGNED, names=()), (Flag.ANONYMOUS,)),
    ("a letter whose only signature is blank", replace(SIGNED, names=(" ",)), (Flag.ANONYMOUS,)),
    ("a letter that one of two signed", replace(SIGNED, names=("", "王某")), ()),
    ("a letter that says nothing", replace(SIGNED, content=" 　\n"), (Flag.UNCLEAR,)),
    ("a visit of four", replace(VISIT, people_count=4, visitor_count=4), ()),
    ("a visit of five", replace(VISIT, people_count=5), (Flag.GROUP,)),
    ("a visit for one to which five came", replace(VISIT, visitor_count=5), (Flag.GROUP,)),
    ("a letter of fifty", replace(SIGNED, people_count=50), ()),
    ("a right identity number", replace(SIGNED, id_numbers=("440524188001010014",)), ()),
    ("a wrong identity number", replace(SIGNED, id_numbers=("440524188001010015",)), (Flag.ID_DOUBTFUL,)),
    ("one wrong number among two", replace(SIGNED, id_numbers=("440524188001010014", "1")), (Flag.ID_DOUBTFUL,)),
    ("no number at all", replace(SIGNED, id_numbers=("",)), ()),
    ("an empty paper", PaperSituation(channel=Channel.ONLINE), (Flag.ANONYMOUS, Flag.UNCLEAR)),
]


@pytest.mark.parametrize(("paper", "flags"), [pytest.param(*one[1:], id=one[0]) for one in EARNED])
def test_earns_its_flags(paper: PaperSituation, flags: tuple[Flag, ...]) -> None:
    assert own_flags(paper, group_visit_from=5) == frozenset(flags)


@pytest.mark.parametrize(("size", "group"), [(2, False), (3, True), (4, True)])
def test_a_group_begins_where_the_office_says(size: int, group: bool) -> None:
    assert (Flag.GROUP in own_flags(replace(VISIT, people_count=size), group_visit_from=3)) is group
