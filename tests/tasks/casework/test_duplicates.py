"""Duplicates: earlier petitions of the same people are found, and only those."""

from typing import Any

import pytest

from models.petition import Petition
from models.vocabulary.case import Channel, State
from models.vocabulary.people import PartyRole
from tasks.casework.drafts import Person, Registration, open_draft
from tasks.casework.duplicates import check_duplicates
from tasks.record.cases import lock_case
from trials.harness.office import MONDAY, Office

SAME: dict[str, Any] = {"name": "测试人乙", "phone": "13800007777", "id_number": "11010519491231002X"}


@pytest.mark.parametrize(
    ("earlier", "later", "is_hit"),
    [
        pytest.param(
            {"id_number": SAME["id_number"]}, {"id_number": "11010519491231002x", "name": "又名"}, True, id="same ID number"
        ),
        pytest.param(
            {"name": SAME["name"], "phone": SAME["phone"]},
            {"name": " 测试人乙", "phone": "138 0000 7777"},
            True,
            id="same name and phone",
        ),
        pytest.param(
            {"name": SAME["name"], "phone": SAME["phone"]},
            {"name": SAME["name"], "phone": "13800006666"},
            False,
            id="same name only",
        ),
        pytest.param(
            {"name": "测试人丙", "phone": SAME["phone"]},
            {"name": SAME["name"], "phone": SAME["phone"]},
            False,
            id="same phone only",
        ),
    ],
)
def test_the_same_person_is_found_again_on_another_channel(
    office: Office, earlier: dict[str, Any], later: dict[str, Any], is_hit: bool
) -> None:
    first = office.register(channel=Channel.LETTER, persons=(Person(**earlier),))
    second = office.register(channel=Channel.CALL, persons=(Person(**later),))
    assert office.look_for_duplicates(second) == ([first] if is_hit else [])
    assert office.petition(second).state is (State.DUPLICATE_CHECK if is_hit else State.REGISTERED)


def test_a_void_petition_is_no_duplicate(office: Office) -> None:
    first = office.register(persons=(Person(**SAME),))
    office.decide(first, "screen", "D01", choice="作废（登记有误）", reason="录错")
    assert office.look_for_duplicates(office.register(persons=(Person(**SAME),))) == []


def test_a_person_named_twice_on_the_earlier_paper_is_one_hit(office: Office) -> None:
    first = office.register(persons=(Person(**SAME), Person(**SAME, role=PartyRole.CO_SIGNER)))
    assert office.look_for_duplicates(office.register(persons=(Person(**SAME),))) == [first]


def test_a_draft_is_not_looked_at_for_duplicates(office: Office) -> None:
    with office.database.write() as session:
        act = office.act(session, "Z01", MONDAY)
        draft = open_draft(session, Registration(channel=Channel.LETTER, receipt_on=MONDAY.date()), key="d", act=act)
        found = check_duplicates(lock_case(session, f"draft-{draft.id}"), act=act)
        assert isinstance(draft, Petition)
    assert found == []
