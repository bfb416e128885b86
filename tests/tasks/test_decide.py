"""Deciding: bad input is refused in Chinese and changes nothing."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import select

from models.bookmark import Bookmark
from models.officer import Officer, OfficerRole
from models.vocabulary.case import Event, State, Step
from models.vocabulary.people import Proof, Role
from rules.errors import CaseworkError
from rules.lifecycle.stages import STAGES
from tasks.decide import FORMS, decide
from tasks.forms.base import asked
from tasks.forms.registration import IntakeForm
from tasks.forms.typed_number import by_typed_number
from tasks.record.act import Arrival, Who
from tasks.runs.bookmarks import refusal_of
from tasks.submit import put_on_file, read_intake, try_to_register
from trials.harness.office import MONDAY, Office, at

CHINESE = re.compile("[\u4e00-\u9fff]")
SCREEN: dict[str, Any] = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}
PROPOSE: dict[str, Any] = {"way": "交办", "lead": "市住建局", "opinion": "建议交办"}
TURNS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("", "screen", "Z01", SCREEN),
    ("", "propose", "Z01", PROPOSE),
    ("", "approve", "F01", {}),
    ("/1", "sign_in", "L-SZJ", {}),
    ("/1", "report", "L-SZJ", {"text": "已办结"}),
    ("/1", "examine", "Z02", {}),
    ("", "deliver", "Z01", {"delivered_on": "2026-03-02"}),
    ("", "close", "D01", {}),
    ("", "archive", "A01", {}),
)
STEPS = [turn[1] for turn in TURNS]


def standing_at(office: Office, step: str) -> tuple[str, str, dict[str, Any]]:
    """Bring a new petition to a step; returns the subject, the right officer and a good answer."""
    number = office.register()
    for behind, name, officer, answer in TURNS:
        if name == step:
            return number + behind, officer, dict(answer)
        office.decide(number + behind, name, officer, **answer)
    raise AssertionError(step)


def state_of(office: Office, subject: str) -> object:
    number = subject.partition("/")[0]
    return (
        office.petition(number).model_dump(),
        [share.model_dump() for share in office.shares(number)],
        len(office.letters(number)),
    )


BAD = {
    "empty work number": {"officer": " "},
    "unknown work number": {"officer": "Z99"},
    "wrong role": {"officer": "L-CWH"},
    "future time": {"occurred_at": "2026-03-09 09:00"},
    "unreadable time": {"occurred_at": "前天"},
    "half a time": {"occurred_at": "2026-03-02 9点"},
    "before the receipt": {"occurred_at": "2026-02-27 09:00"},
}


@pytest.mark.parametrize("step", STEPS)
def test_bad_input_is_refused_in_chinese_and_changes_nothing(office: Office, step: str) -> None:
    subject, officer, answer = standing_at(office, step)
    before = state_of(office, subject)
    for name, bad in BAD.items():
        with pytest.raises(CaseworkError, match=CHINESE) as refused:
            office.decide(subject, step, **({"officer": officer} | answer | bad))
        assert (name, str(refused.value).isascii(), state_of(office, subject)) == (name, False, before)


@pytest.mark.parametrize(
    ("step", "field"),
    [
        ("screen", "choice"),
        ("screen", "petition_class"),
        ("screen", "relation"),
        ("screen", "flags"),
        ("propose", "way"),
        ("approve", "choice"),
        ("sign_in", "choice"),
        ("report", "outcome"),
        ("examine", "choice"),
        ("examine", "failed"),
        ("deliver", "settlement"),
        ("close", "choice"),
        ("archive", "choice"),
        ("archive", "retention"),
    ],
)
def test_an_unknown_choice_is_answered_with_the_choices(office: Office, step: str, field: str) -> None:
    subject, officer, answer = standing_at(office, step)
    before = state_of(office, subject)
    with pytest.raises(CaseworkError, match=r"可选|可填"):
        office.decide(subject, step, **({"officer": officer} | answer | {field: "随便"}))
    assert state_of(office, subject) == before


@pytest.mark.parametrize(("step", "field"), [("propose", "limit_on"), ("deliver", "delivered_on")])
@pytest.mark.parametrize("written", ["明天", "2026-13-01", "2026-02-29", "26-3-2", "2026112"])
def test_an_unreadable_date_is_shown_how_to_write_it(office: Office, step: str, field: str, written: str) -> None:
    subject, officer, answer = standing_at(office, step)
    with pytest.raises(CaseworkError, match="请按 2026-03-02 的样子填写"):
        office.decide(subject, step, **({"officer": officer} | answer | {field: written}))


@pytest.mark.parametrize("written", ["2026-04-02", "2026/4/2", "2026.4.2", "20260402", "2026年4月2日", "２０２６-４-２"])
def test_dates_are_read_the_way_people_write_them(office: Office, written: str) -> None:
    subject, officer, answer = standing_at(office, "propose")
    office.decide(subject, "propose", officer, **(answer | {"limit_on": written}))
    assert office.petition(subject).proposal["limit_on"] == "2026-04-02"


@pytest.mark.parametrize("screened_at", [at(3, 10), at(3, 7)], ids=["in office hours", "before eight in the morning"])
def test_nothing_happens_on_a_day_before_the_previous_step(office: Office, screened_at: datetime) -> None:
    number = office.register()
    office.decide(number, "screen", "Z01", as_of=screened_at, **SCREEN)
    with pytest.raises(CaseworkError, match="早于上一环节"):
        office.decide(number, "propose", "Z01", as_of=at(4), occurred_at="2026-03-02 17:00", **PROPOSE)


def test_a_late_entry_keeps_both_times(office: Office) -> None:
    number = office.register()
    office.decide(number, "screen", "Z01", as_of=at(5), occurred_at="2026-03-03 14:30", **SCREEN)
    event = office.events(number)[-1]
    assert (event.occurred_at, event.recorded_at) == (at(3, 14).replace(minute=30), at(5))


def test_a_units_late_entry_is_not_measured_by_another_units(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(5))
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(6), occurred_at="2026-03-04 10:00")
    assert office.shares(number)[0].signed_in_on == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("active_from", "active_until"), [(date(2020, 1, 1), date(2026, 3, 2)), (date(2026, 3, 3), None)], ids=["left", "not yet"]
)
def test_an_inactive_officer_decides_nothing(office: Office, active_from: date, active_until: date | None) -> None:
    number = office.register()
    with office.database.write() as session:
        officer = session.exec(select(Officer).where(Officer.code == "Z02")).one()
        officer.active_from, officer.active_until = active_from, active_until
    with pytest.raises(CaseworkError, match="工号“Z02”"):
        office.decide(number, "screen", "Z02", **SCREEN)
    assert office.petition(number).state is State.REGISTERED


def test_an_officer_with_two_roles_acts_in_the_one_that_the_choice_needs(office: Office) -> None:
    with office.database.write() as session:
        officer = session.exec(select(Officer).where(Officer.code == "D01")).one()
        session.add(OfficerRole(officer_id=officer.id, role=Role.CLERK))
    number = office.assigned()
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(number, "oversee", "D01", as_of=at(10), choice="督办", ground="推诿、敷衍、拖延", text="请说明原因")
    assert office.events(number)[-1].actor_role is Role.DIRECTOR


def test_a_step_that_has_not_come_yet_is_not_called_done(office: Office) -> None:
    number = office.register()
    with pytest.raises(CaseworkError) as refused:
        office.decide(number, "close", "D01")
    assert "已经办过" not in str(refused.value)


@pytest.mark.parametrize(
    "subject",
    [
        "XF-2026-0099",
        "XF-2026-0001/9",
        "XF-2026-0001/0",
        "XF-2026-0001/甲",
        "XF-2026-0001/①",
        "draft-①",
        "draft-9",
        "",
        "draft-99999999999999999999",
        "XF-2026-0001/99999999999999999999",
    ],
)
def test_an_unknown_subject_is_refused(office: Office, subject: str) -> None:
    office.register()
    with pytest.raises(CaseworkError, match=CHINESE):
        office.decide(subject, "screen", "Z01", **SCREEN)


def test_every_step_has_a_form_that_first_asks_who_fills_it_in() -> None:
    assert set(FORMS) == set(Step)
    for form in FORMS.values():
        fields = form.form.model_fields.values()
        assert all(CHINESE.search(field.title or "") for field in fields)
    assert len(STAGES) == len(State)


@pytest.mark.parametrize("step", STEPS)
def test_a_field_that_the_form_does_not_have_is_refused_when_something_was_written_there(office: Office, step: str) -> None:
    subject, officer, answer = standing_at(office, step)
    before = state_of(office, subject)
    with pytest.raises(CaseworkError, match=r"没有“earlier_field”这一项.*重新填写"):
        office.decide(subject, step, officer, **answer, earlier_field="手写的意见")
    assert state_of(office, subject) == before


@pytest.mark.parametrize("nothing", [None, "", [], {}], ids=repr)
def test_a_field_that_the_form_does_not_have_and_that_was_left_empty_stands_in_nobodys_way(
    office: Office, nothing: object
) -> None:
    subject, officer, answer = standing_at(office, "screen")
    assert office.decide(subject, "screen", officer, **answer, earlier_field=nothing)


def test_a_field_that_must_be_filled_in_and_is_not_there_is_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    subject, officer, answer = standing_at(office, "screen")

    class Later(FORMS[Step.SCREEN].form):  # type: ignore[misc]
        reasons: str = asked("缓急理由", 20, default=...)

    monkeypatch.setitem(FORMS, Step.SCREEN, replace(FORMS[Step.SCREEN], form=Later))
    with pytest.raises(CaseworkError, match="缓急理由：请填写"):
        office.decide(subject, "screen", officer, **answer)
    assert office.decide(subject, "screen", officer, **answer, reasons="无")


def answered(office: Office, subject: str, answer: dict[str, str], who: Who, step: str = "screen") -> bool:
    with office.database.write() as session:
        return decide(session, subject, Step(step), answer, who, Arrival(MONDAY))


TYPED = [
    pytest.param({}, id="no number"),
    pytest.param({"officer": ""}, id="an empty number"),
    pytest.param({"officer": None}, id="nothing where the number stands"),
    pytest.param({"officer": " Z02 "}, id="the same number"),
]


class TestWhoActs:
    """The caller says who acts; the number that a form asks for only finds somebody where nobody is known."""

    @pytest.mark.parametrize("typed", TYPED)
    @pytest.mark.parametrize("proof", Proof, ids=lambda proof: proof.value)
    def test_is_whom_the_caller_knows(self, office: Office, proof: Proof, typed: dict[str, str]) -> None:
        number = office.register()
        assert answered(office, number, SCREEN | typed, Who("Z02", proof))
        event = office.events(number)[-1]
        assert (event.event, event.actor_code, event.proof) == (Event.SCREEN, "Z02", proof)

    @pytest.mark.parametrize("proof", Proof, ids=lambda proof: proof.value)
    @pytest.mark.parametrize("typed", ["Z01", "Z99", "张三"], ids=["a colleague's", "nobody's", "a name"])
    def test_is_never_whom_the_form_names(self, office: Office, typed: str, proof: Proof) -> None:
        number = office.register()
        before = state_of(office, number)
        with pytest.raises(CaseworkError, match=f"表单所填工号“{typed}”与本次办理人“Z02”不一致.*由本人办理"):
            answered(office, number, SCREEN | {"officer": typed}, Who("Z02", proof))
        assert state_of(office, number) == before

    def test_needs_the_capacity_though_a_number_with_it_was_typed(self, office: Office) -> None:
        number = office.register()
        with pytest.raises(CaseworkError, match="工号“L-SZJ”没有此身份"):
            answered(office, number, SCREEN, Who("L-SZJ", Proof.SIGNED))
        with pytest.raises(CaseworkError, match="不一致"):
            answered(office, number, SCREEN | {"officer": "Z01"}, Who("L-SZJ", Proof.SIGNED))
        assert office.petition(number).state is State.REGISTERED

    @pytest.mark.parametrize(
        ("given", "who", "rest"),
        [
            pytest.param({"officer": " Z01 ", "place": "某区"}, Who("Z01", Proof.NONE), {"place": "某区"}, id="a number"),
            pytest.param({"place": "某区"}, Who("", Proof.NONE), {"place": "某区"}, id="no number"),
            pytest.param({"officer": None}, Who("", Proof.NONE), {}, id="nothing"),
            pytest.param({"officer": ["Z01"]}, Who("", Proof.NONE), {}, id="what is no text"),
        ],
    )
    def test_is_found_on_the_engines_page_by_the_typed_number_which_proves_nothing(
        self, given: dict[str, object], who: Who, rest: dict[str, object]
    ) -> None:
        asked_for = dict(given)
        assert (by_typed_number(given), given) == ((who, rest), asked_for)

    def test_is_found_in_a_form_as_in_an_answer(self) -> None:
        form = IntakeForm.model_validate({"officer": "Z01", "receipt_on": "2026-03-02", "title": "反映路灯不亮"})
        who, rest = by_typed_number(form)
        assert (who, rest["title"], "officer" in rest) == (Who("Z01", Proof.NONE), "反映路灯不亮", False)

    @pytest.mark.parametrize("step", STEPS)
    def test_is_asked_on_every_form_of_the_engines_page(self, step: str) -> None:
        assert FORMS[Step(step)].form.model_json_schema()["properties"]["officer"]["title"] == "经办人工号"


class TestAPaper:
    """A paper that comes in is put on file whoever brings it, and registered by nobody but whom the caller knows."""

    @pytest.mark.parametrize(("typed", "registered"), [({}, True), ({"officer": "Z02"}, True), ({"officer": "Z01"}, False)])
    def test_is_registered_by_whom_the_caller_knows(self, office: Office, typed: dict[str, str], registered: bool) -> None:
        who = Who("Z02", Proof.DESK)
        form, problem = read_intake({"receipt_on": "2026-03-02", "content": "路灯不亮。"} | typed, who, today=MONDAY.date())
        draft = put_on_file(form, who, key="paper", as_of=MONDAY, problem=problem)
        number = try_to_register(draft, form, who, as_of=MONDAY)
        assert ((number is not None), "不一致" in problem) == (registered, not registered)
        if number is None:
            assert "“Z01”与本次办理人“Z02”不一致" in (refusal_of(bookmark_at(office, draft)) or "")
        else:
            assert [(event.actor_code, event.proof) for event in office.events(number)] == [("Z02", Proof.DESK)]

    def test_with_two_things_wrong_says_both(self) -> None:
        given = {"officer": "Z01", "receipt_on": "2026-03-02", "people_count": "许多"}
        _, problem = read_intake(given, Who("Z02", Proof.DESK), today=MONDAY.date())
        assert ("信访人数" in problem, "不一致" in problem) == (True, True)


def bookmark_at(office: Office, subject: str) -> Bookmark:
    found = office.bookmark(subject)
    assert found is not None
    return found
