"""Drafts: nothing that comes in is lost, and what is registered has possible dates, its flags and its clocks."""

from datetime import date
from typing import Any

import pytest

from models.vocabulary.case import Channel, Flag, State, Step
from models.vocabulary.people import PartyRole
from rules.errors import CaseworkError, TransitionRefusedError
from tasks.casework.disclosure import disclose
from tasks.casework.drafts import Person, Registration, register_now
from tasks.forms.registration import IntakeForm
from tasks.forms.typed_number import by_typed_number
from tasks.record.act import Who
from tasks.record.cases import lock_case
from tasks.runs.bookmarks import refusal_of
from tasks.submit import put_on_file, try_to_register
from trials.harness.office import MONDAY, Office, at, day

WRONG_ID, ODD_ID = "110105194912310023", "②10105194912310021"
"""Invented, with a wrong check digit."""


def fill_in(key: str = "run:1", **fields: object) -> tuple[str, IntakeForm, Who]:
    """Send an intake form as the flow does; returns the draft's name, the form, and who filled it in."""
    who, filled_in = by_typed_number(
        {"officer": "Z01", "receipt_on": "2026-03-02", "name": "测试人甲", "content": "电梯停用。"} | fields
    )
    form = IntakeForm.model_validate(filled_in)
    return put_on_file(form, who, key=key, as_of=MONDAY), form, who


def representatives(how_many: int) -> tuple[Person, ...]:
    return tuple(Person(name=f"代表{n}", role=PartyRole.REPRESENTATIVE) for n in range(how_many))


def flags_of(office: Office, number: str) -> set[str]:
    return set(office.petition(number).flags)


def test_the_three_dates_are_kept_apart(office: Office) -> None:
    number = office.register(as_of=at(6), receipt_on=date(2026, 3, 4), postmark_on=date(2026, 3, 2))
    petition = office.petition(number)
    assert (petition.postmark_on, petition.receipt_on, petition.registered_on) == (
        day("2026-03-02"),
        day("2026-03-04"),
        day("2026-03-06"),
    )


def test_the_office_clocks_start_at_receipt_and_not_at_registration(office: Office) -> None:
    clocks = office.clocks(office.register(as_of=at(6), receipt_on=date(2026, 3, 2)))
    assert {key: (clock.starts_on, clock.due_on) for key, clock in clocks.items()} == {
        "divert": (day("2026-03-02"), day("2026-03-17")),
        "notify": (day("2026-03-02"), day("2026-03-17")),
    }


def test_an_upstream_limit_is_a_clock_of_its_own_that_ends_a_week_early(office: Office) -> None:
    clock = office.clocks(office.register(upstream_due_on=date(2026, 3, 31)))["upstream"]
    assert (clock.due_on, clock.owner.value) == (day("2026-03-24"), "upstream")


@pytest.mark.parametrize(
    ("paper", "flag"),
    [
        pytest.param({"persons": ()}, Flag.ANONYMOUS, id="no name => anonymous"),
        pytest.param({"persons": (Person(phone="13800009999"),)}, Flag.ANONYMOUS, id="only a phone => anonymous"),
        pytest.param({"content": "  "}, Flag.UNCLEAR, id="no content => unclear"),
        pytest.param(
            {"persons": (Person(name="测试人", id_number=WRONG_ID),)}, Flag.ID_DOUBTFUL, id="wrong check digit => doubtful"
        ),
        pytest.param({"persons": (Person(name="测试人", id_number=ODD_ID),)}, Flag.ID_DOUBTFUL, id="a circled digit => doubtful"),
        pytest.param({"channel": Channel.VISIT, "people_count": 5}, Flag.GROUP, id="five on a visit => group"),
    ],
)
def test_what_is_wrong_with_a_paper_is_a_flag_and_no_refusal(office: Office, paper: dict[str, Any], flag: Flag) -> None:
    number = office.register(**paper)
    assert flag.value in flags_of(office, number)
    assert office.petition(number).state is State.REGISTERED


@pytest.mark.parametrize(("channel", "people"), [(Channel.VISIT, 4), (Channel.LETTER, 12)], ids=["four", "a letter"])
def test_fewer_than_five_or_a_letter_is_no_group_visit(office: Office, channel: Channel, people: int) -> None:
    assert Flag.GROUP.value not in flags_of(office, office.register(channel=channel, people_count=people))


def test_nobody_is_told_about_an_anonymous_petition(office: Office) -> None:
    number = office.register(persons=())
    assert office.letters(number) == []
    assert "notify" not in office.clocks(number)


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        pytest.param({"persons": representatives(6)}, "最多 5 人", id="six representatives"),
        pytest.param({"receipt_on": date(2026, 3, 3)}, "晚于今天", id="receipt tomorrow"),
        pytest.param({"receipt_on": date(2026, 3, 1), "postmark_on": date(2026, 3, 2)}, "邮戳日期", id="postmark after receipt"),
        pytest.param({"people_count": 0}, "至少为 1 人", id="nobody"),
    ],
)
def test_a_refused_paper_uses_no_number(office: Office, paper: dict[str, Any], said: str) -> None:
    first = office.register()
    with pytest.raises(CaseworkError, match=said):
        office.register(**paper)
    assert [first, office.register()] == ["XF-2026-0001", "XF-2026-0002"]


def test_five_representatives_are_registered(office: Office) -> None:
    assert office.register(persons=representatives(5)) == "XF-2026-0001"


def test_the_same_key_registers_once(office: Office) -> None:
    paper = Registration(channel=Channel.LETTER, receipt_on=MONDAY.date())
    with office.database.write() as session:
        act = office.act(session, "Z01", MONDAY)
        first, is_new = register_now(session, paper, key="ledger:7", act=act)
        again, is_new_again = register_now(session, paper, key="ledger:7", act=act)
    assert (first.number, is_new, is_new_again) == (again.number, True, False)


def test_a_form_that_was_sent_twice_gives_one_number(office: Office) -> None:
    draft, form, who = fill_in()
    numbers = [try_to_register(draft, form, who, as_of=MONDAY), try_to_register(fill_in()[0], form, who, as_of=at(2, 10))]
    assert numbers == ["XF-2026-0001", "XF-2026-0001"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"receipt_on": "2026-03-09"}, "晚于今天", id="future receipt"),
        pytest.param({"postmark_on": "三月二日"}, "邮戳日期", id="unreadable postmark"),
        pytest.param({"flags": "很重要"}, "没有“很重要”", id="unknown mark"),
        pytest.param({"accused_unit": "市住建厅"}, "相近的有：市住建局", id="unknown unit"),
        pytest.param({"occurred_at": "昨天"}, "实际办理时间", id="unreadable time"),
        pytest.param({"officer": "Z99"}, "没有工号", id="unknown officer"),
        pytest.param({"officer": "L-SZJ"}, "接访员", id="wrong role"),
    ],
)
def test_a_form_that_cannot_be_taken_leaves_a_sealed_draft_with_the_reason(
    office: Office, fields: dict[str, str], said: str
) -> None:
    draft, form, who = fill_in(**fields)
    assert try_to_register(draft, form, who, as_of=MONDAY) is None
    bookmark = office.bookmark(draft)
    assert bookmark is not None and said in (refusal_of(bookmark) or "")  # noqa: PT018
    assert (office.petition(draft).state, office.waits_at(draft)) == (State.DRAFT, Step.CORRECT)


def test_a_correction_registers_the_draft(office: Office) -> None:
    draft, form, who = fill_in(receipt_on="2026-03-09")
    try_to_register(draft, form, who, as_of=MONDAY)
    office.decide(draft, "correct", "Z02", receipt_on="2026-03-01")
    petition = office.petition("XF-2026-0001")
    assert (petition.receipt_on, petition.registrar_code, petition.state) == (day("2026-03-01"), "Z02", State.REGISTERED)


def test_one_unreadable_field_does_not_cost_the_readable_ones(office: Office) -> None:
    draft, _, _ = fill_in(accused_unit="没有的单位", flags="要求保密", postmark_on="2026-03-01", upstream_due_on="2026-04-01")
    petition = office.petition(draft)
    assert Flag.CONFIDENTIAL.value in petition.flags
    assert (petition.postmark_on, petition.upstream_due_on) == (day("2026-03-01"), day("2026-04-01"))


def test_the_address_of_a_nameless_letter_is_kept(office: Office) -> None:
    draft, form, who = fill_in(name="", address="某区某路9号")
    number = try_to_register(draft, form, who, as_of=MONDAY)
    with office.database.write() as session:
        people = disclose(lock_case(session, str(number)), act=office.act(session, "Z01", MONDAY), reason="核对住址")
    assert [person["address"] for person in people] == ["某区某路9号"]


def test_nothing_is_registered_before_it_was_received(office: Office) -> None:
    draft, form, who = fill_in(receipt_on="2026-03-02", occurred_at="2026-02-20 09:00")
    assert try_to_register(draft, form, who, as_of=MONDAY) is None


def test_whoever_filled_in_a_draft_cannot_void_it_alone(office: Office) -> None:
    draft, form, who = fill_in(officer="D01", receipt_on="2026-03-09")
    try_to_register(draft, form, who, as_of=MONDAY)
    with pytest.raises(TransitionRefusedError, match="以外的人员"):
        office.decide(draft, "correct", "D01", void_reason="重复录入")
