"""Intake: papers are never lost, numbers have no gaps, repeats find their first petition."""

from datetime import date
from typing import Any

import pytest

from models.petition import Petition
from models.vocabulary.case import Channel, Event, Flag, Relation, State, Step
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from models.vocabulary.people import PartyRole
from rules.errors import CaseworkError, TransitionRefusedError, UnknownCaseError
from tasks.casework.intake import Person, Registration, check_duplicates, open_draft, register_now
from tasks.casework.oversight import disclose
from tasks.forms.registration import IntakeForm
from tasks.record.cases import lock_case
from tasks.runs.bookmarks import refusal_of
from tasks.submit import put_on_file, try_to_register
from trials.harness.office import MONDAY, Office, at, day

WRONG_ID, ODD_ID = "110105194912310023", "②10105194912310021"
"""Invented, with a wrong check digit."""


def fill_in(key: str = "run:1", **fields: object) -> tuple[str, IntakeForm]:
    """Send an intake form as the flow does; returns the draft's name and the form."""
    form = IntakeForm.model_validate(
        {"officer": "Z01", "receipt_on": "2026-03-02", "name": "测试人甲", "content": "电梯停用。"} | fields
    )
    return put_on_file(form, key=key, as_of=MONDAY), form


def representatives(how_many: int) -> tuple[Person, ...]:
    return tuple(Person(name=f"代表{n}", role=PartyRole.REPRESENTATIVE) for n in range(how_many))


def flags_of(office: Office, number: str) -> set[str]:
    return set(office.petition(number).flags)


def screened(office: Office, number: str, **answer: Any) -> None:
    office.decide(number, "screen", "Z01", **({"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"} | answer))


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
    draft, form = fill_in()
    numbers = [try_to_register(draft, form, as_of=MONDAY), try_to_register(fill_in()[0], form, as_of=at(2, 10))]
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
    draft, form = fill_in(**fields)
    assert try_to_register(draft, form, as_of=MONDAY) is None
    bookmark = office.bookmark(draft)
    assert bookmark is not None and said in (refusal_of(bookmark) or "")  # noqa: PT018
    assert (office.petition(draft).state, office.waits_at(draft)) == (State.DRAFT, Step.CORRECT)


def test_a_correction_registers_the_draft(office: Office) -> None:
    draft, form = fill_in(receipt_on="2026-03-09")
    try_to_register(draft, form, as_of=MONDAY)
    office.decide(draft, "correct", "Z02", receipt_on="2026-03-01")
    petition = office.petition("XF-2026-0001")
    assert (petition.receipt_on, petition.registrar_code, petition.state) == (day("2026-03-01"), "Z02", State.REGISTERED)


def test_one_unreadable_field_does_not_cost_the_readable_ones(office: Office) -> None:
    draft, _ = fill_in(accused_unit="没有的单位", flags="要求保密", postmark_on="2026-03-01", upstream_due_on="2026-04-01")
    petition = office.petition(draft)
    assert Flag.CONFIDENTIAL.value in petition.flags
    assert (petition.postmark_on, petition.upstream_due_on) == (day("2026-03-01"), day("2026-04-01"))


def test_the_address_of_a_nameless_letter_is_kept(office: Office) -> None:
    draft, form = fill_in(name="", address="某区某路9号")
    number = try_to_register(draft, form, as_of=MONDAY)
    with office.database.write() as session:
        people = disclose(lock_case(session, str(number)), act=office.act(session, "Z01", MONDAY), reason="核对住址")
    assert [person["address"] for person in people] == ["某区某路9号"]


def test_nothing_is_registered_before_it_was_received(office: Office) -> None:
    draft, form = fill_in(receipt_on="2026-03-02", occurred_at="2026-02-20 09:00")
    assert try_to_register(draft, form, as_of=MONDAY) is None


def test_whoever_filled_in_a_draft_cannot_void_it_alone(office: Office) -> None:
    draft, form = fill_in(officer="D01", receipt_on="2026-03-09")
    try_to_register(draft, form, as_of=MONDAY)
    with pytest.raises(TransitionRefusedError, match="以外的人员"):
        office.decide(draft, "correct", "D01", void_reason="重复录入")


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


def attached(office: Office) -> tuple[str, str]:
    first = office.assigned("市住建局")
    repeat = office.register(as_of=at(9))
    office.decide(repeat, "screen", "Z01", as_of=at(9), choice="并入原信访件（重件）", parent_number=first)
    return first, repeat


def test_an_attached_repeat_has_no_second_clock(office: Office) -> None:
    _, repeat = attached(office)
    petition = office.petition(repeat)
    assert (petition.state, petition.relation) == (State.ATTACHED, Relation.REPEAT)
    assert {clock.state for clock in office.clocks(repeat).values()} == {ClockState.STOPPED}


def test_the_first_petition_gets_a_line_and_its_unit_an_alert(office: Office) -> None:
    first, repeat = attached(office)
    assert (office.events(first)[-1].event, office.events(first)[-1].facts) == (Event.ANNOTATE, {"repeat": repeat})
    assert [letter.addressee for letter in office.letters(repeat) if letter.letter is Letter.REPEAT_ALERT] == ["市住建局"]


@pytest.mark.parametrize(("parent", "said"), [("", "请填写原信访件"), ("XF-2026-0099", "没有编号"), ("XF-2026-0001", "不能并入")])
def test_a_repeat_needs_another_petition_that_exists(office: Office, parent: str, said: str) -> None:
    number = office.register()
    with pytest.raises(UnknownCaseError, match=said):
        office.decide(number, "screen", "Z01", choice="并入原信访件（重件）", parent_number=parent)


@pytest.mark.parametrize("choice", ["转入拟办", "当场答复（即接即办）"])
def test_a_linked_petition_names_another_one_that_exists(office: Office, choice: str) -> None:
    number = office.register()
    for parent in (number, "XF-2026-0099"):
        with pytest.raises(CaseworkError):
            screened(office, number, choice=choice, relation="关联件", parent_number=parent, answer="已答复")


def test_an_answer_on_the_spot_keeps_the_link(office: Office) -> None:
    first, second = office.register(), office.register()
    screened(office, second, choice="当场答复（即接即办）", relation="关联件", parent_number=first, answer="已答复")
    assert office.petition(second).parent_id == office.petition(first).id


def test_a_closed_petition_takes_no_repeats(office: Office) -> None:
    first = office.register()
    screened(office, first, choice="当场答复（即接即办）", answer="已告知")
    office.decide(first, "close", "D01")
    with pytest.raises(TransitionRefusedError, match="请登记为关联件"):
        office.decide(office.register(), "screen", "Z01", choice="并入原信访件（重件）", parent_number=first)


def test_a_detached_petition_goes_its_own_way_counted_from_its_own_receipt(office: Office) -> None:
    _, repeat = attached(office)
    office.decide(repeat, "detach", "D01", as_of=at(12), choice="撤销并案", reason="并非同一事项")
    assert office.petition(repeat).state is State.PROPOSING
    clock = office.clocks(repeat)["divert"]
    assert (clock.state, clock.starts_on) == (ClockState.RUNNING, day("2026-03-09"))


def test_an_archivist_cannot_detach(office: Office) -> None:
    _, repeat = attached(office)
    with pytest.raises(TransitionRefusedError, match="信访办主任"):
        office.decide(repeat, "detach", "A01", choice="撤销并案", reason="并非同一事项")


@pytest.mark.parametrize(("officer", "reason", "said"), [("Z02", "录错", "信访办主任"), ("D01", "", "写明理由")])
def test_voiding_needs_the_director_and_a_reason(office: Office, officer: str, reason: str, said: str) -> None:
    number = office.register()
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "screen", officer, choice="作废（登记有误）", reason=reason)


def test_the_registrar_cannot_void_alone_and_the_number_stays_used(office: Office) -> None:
    with office.database.write() as session:
        own, _ = register_now(
            session,
            Registration(channel=Channel.LETTER, receipt_on=MONDAY.date()),
            key="own",
            act=office.act(session, "D01", MONDAY),
        )
    with pytest.raises(TransitionRefusedError, match="以外的人员"):
        office.decide(str(own.number), "screen", "D01", choice="作废（登记有误）", reason="录错")
    voided = office.register()
    office.decide(voided, "screen", "D01", choice="作废（登记有误）", reason="录错")
    assert (office.petition(voided).state, office.register()) == (State.VOID, "XF-2026-0003")


def test_an_answer_on_the_spot_closes_the_short_way(office: Office) -> None:
    number = office.register(channel=Channel.CALL)
    screened(office, number, choice="当场答复（即接即办）", answer="已告知办理地点和材料。")
    office.decide(number, "close", "D01", as_of=at(2, 10), opinion="同意")
    assert [event.event for event in office.events(number)] == [Event.REGISTER, Event.ANSWER_ON_SPOT, Event.CLOSE]
    assert office.petition(number).closed_on == day("2026-03-02")


def test_an_answer_on_the_spot_needs_its_words(office: Office) -> None:
    number = office.register()
    with pytest.raises(TransitionRefusedError, match="答复内容"):
        screened(office, number, choice="当场答复（即接即办）", answer=" ")


def test_a_draft_is_not_looked_at_for_duplicates(office: Office) -> None:
    with office.database.write() as session:
        act = office.act(session, "Z01", MONDAY)
        draft = open_draft(session, Registration(channel=Channel.LETTER, receipt_on=MONDAY.date()), key="d", act=act)
        found = check_duplicates(lock_case(session, f"draft-{draft.id}"), act=act)
        assert isinstance(draft, Petition)
    assert found == []
