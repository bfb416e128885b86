"""Which limit runs for which matter, from which day, and whose it is: one row a case, asked of the record."""

from datetime import date
from typing import Any

import pytest

from models.vocabulary.case import Flag, Source
from models.vocabulary.limits import ClockState
from tasks.casework.drafts import Person
from tasks.record.cases import clocks_of, find_petition
from trials.harness.office import MONDAY, Office, at, day

SUGGESTION, ACCUSATION, APPEAL = "建议意见", "检举控告", "申诉求决"
EACH_CLASS = pytest.mark.parametrize("kind", [SUGGESTION, ACCUSATION, APPEAL])


def running(office: Office, number: str) -> dict[str, tuple[str, str]]:
    """The limits that run: from which day until which."""
    clocks = office.clocks(number).items()
    return {key: (str(one.starts_on), str(one.due_on)) for key, one in clocks if one.state is ClockState.RUNNING}


def keys(office: Office, number: str) -> set[str]:
    return set(running(office, number))


def screened(office: Office, kind: str, **paper: Any) -> str:
    number = office.register(**paper)
    office.decide(number, "screen", "Z01", petition_class=kind, content_code="城乡建设/物业服务")
    return number


def proposed(office: Office, number: str, **proposal: Any) -> None:
    approver = "F01" if proposal["way"] == "交办" else "D01"
    office.decide(number, "propose", "Z01", **({"opinion": "建议", "lead": "市住建局"} | proposal))
    office.decide(number, "approve", approver)


@pytest.mark.parametrize(
    ("paper", "limits"),
    [
        pytest.param({}, {"divert", "notify"}, id="a letter with a name"),
        pytest.param({"persons": ()}, {"divert"}, id="nobody to notify"),
        pytest.param({"persons": (Person(phone="13800000001"),)}, {"divert"}, id="a phone is no name"),
        pytest.param({"flags": frozenset({Flag.LITIGATION})}, {"divert"}, id="what the courts notify of"),
        pytest.param({"flags": frozenset({Flag.CONFIDENTIAL})}, {"divert", "notify"}, id="who asks for confidence is told"),
        pytest.param({"flags": frozenset({Flag.HISTORIC})}, set(), id="a row of an old ledger"),
        pytest.param(
            {"upstream_due_on": day("2026-04-30")}, {"divert", "notify", "upstream"}, id="a letter from above with its day"
        ),
        pytest.param({"source": Source.UPPER_CONGRESS}, {"divert", "notify"}, id="a letter from above without a day"),
    ],
)
def test_a_paper_starts_the_offices_limits_from_its_receipt(office: Office, paper: dict[str, Any], limits: set[str]) -> None:
    number = office.register(receipt_on=date(2026, 2, 26), **paper)
    found = running(office, number)
    assert set(found) == limits
    assert {start for start, _ in found.values()} <= {"2026-02-26"}


@pytest.mark.parametrize(
    ("received", "until"),
    [
        pytest.param("2026-03-02", "2026-03-17", id="counted in days, not working days"),
        pytest.param("2026-01-31", "2026-02-24", id="over the spring festival"),
        pytest.param("2026-02-13", "2026-02-28", id="until a make-up Saturday"),
        pytest.param("2025-12-17", "2026-01-04", id="over the new year, until a make-up Sunday"),
    ],
)
def test_fifteen_days_to_divert_end_where_the_calendar_says(office: Office, received: str, until: str) -> None:
    assert running(office, office.register(receipt_on=day(received)))["divert"] == (received, until)


@pytest.mark.parametrize(
    ("given", "until"),
    [
        pytest.param("2026-05-02", "2026-04-25", id="a week before, on a Saturday: a given day does not roll"),
        pytest.param("2026-03-10", "2026-03-03", id="the day after the receipt"),
        pytest.param("2026-03-04", "2026-03-02", id="never before the receipt"),
    ],
)
def test_the_day_of_a_letter_from_above_is_kept_early(office: Office, given: str, until: str) -> None:
    assert running(office, office.register(upstream_due_on=day(given)))["upstream"][1] == until


@pytest.mark.parametrize(
    ("kind", "limits"), [(SUGGESTION, {"divert", "notify"}), (ACCUSATION, {"divert"}), (APPEAL, {"divert", "notify"})]
)
def test_whose_accusation_it_is_is_told_by_other_rules(office: Office, kind: str, limits: set[str]) -> None:
    number = screened(office, kind)
    assert keys(office, number) == limits
    if kind == ACCUSATION:
        assert office.clocks(number)["notify"].stop_reason == "依第二十三条第四款另行规定"


@pytest.mark.parametrize(
    ("kind", "limit_on", "limits"),
    [
        pytest.param(APPEAL, "", {"objection", "assign"}, id="an appeal has sixty days"),
        pytest.param(SUGGESTION, "", {"objection", "progress"}, id="a suggestion has none: the office asks after it"),
        pytest.param(ACCUSATION, "", {"objection", "progress"}, id="an accusation has none: the office asks after it"),
        pytest.param(APPEAL, "2026-04-18", {"objection", "assign"}, id="an appeal with a day of its own"),
        pytest.param(SUGGESTION, "2026-04-18", {"objection", "assign"}, id="a suggestion with a day of its own"),
        pytest.param(ACCUSATION, "2026-04-18", {"objection", "assign"}, id="an accusation with a day of its own"),
    ],
)
def test_what_a_unit_owes_depends_on_the_class_and_the_letter(office: Office, kind: str, limit_on: str, limits: set[str]) -> None:
    number = screened(office, kind)
    proposed(office, number, way="交办", limit_on=limit_on)
    assert keys(office, number) == {"sign_in"}
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    found = running(office, number)
    assert set(found) == limits
    assert {start for start, _ in found.values()} == {"2026-03-03"}
    if limit_on:
        assert found["assign"][1] == limit_on, "a Saturday that the letter set does not roll"


@EACH_CLASS
def test_a_referral_owes_nothing_but_the_signature(office: Office, kind: str) -> None:
    number = screened(office, kind)
    proposed(office, number, way="转送")
    assert running(office, number) == {"sign_in": ("2026-03-02", "2026-03-05")}
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    assert running(office, number) == {"close": ("2026-03-03", "2026-03-18")}


@pytest.mark.parametrize(
    ("way", "more", "limits"),
    [
        pytest.param("直接办理", {}, {"notify": "2026-03-17", "direct": "2026-04-01"}, id="direct: the petitioner is still told"),
        pytest.param("不予受理", {"ground": "not_our_power"}, {"deliver": "2026-03-17"}, id="rejection"),
        pytest.param("不再受理", {"ground": "review_final"}, {"deliver": "2026-03-17"}, id="refusal of a repeat"),
        pytest.param("存查", {}, {"close": "2026-03-17"}, id="filing"),
    ],
)
def test_each_way_without_units_has_the_offices_own_limit(
    office: Office, way: str, more: dict[str, str], limits: dict[str, str]
) -> None:
    number = screened(office, APPEAL)
    proposed(office, number, way=way, lead="", **more)
    assert {key: until for key, (_, until) in running(office, number).items()} == limits


@pytest.mark.parametrize(
    ("kind", "delivery", "asked"),
    [
        pytest.param(APPEAL, {"delivered_on": "2026-03-05"}, ("2026-03-05", "2026-04-07"), id="an answered appeal"),
        pytest.param(APPEAL, {"way": "无法送达", "reason": "地址不详"}, None, id="an answer that reached nobody"),
        pytest.param(SUGGESTION, {"delivered_on": "2026-03-05"}, None, id="a suggestion"),
        pytest.param(ACCUSATION, {"delivered_on": "2026-03-05"}, None, id="an accusation"),
    ],
)
def test_a_review_may_be_asked_for_only_where_the_law_knows_one(
    office: Office, kind: str, delivery: dict[str, str], asked: tuple[str, str] | None
) -> None:
    number = screened(office, kind)
    proposed(office, number, way="交办")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(4), text="已办。")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(4))
    office.decide(number, "deliver", "Z01", as_of=at(6), **delivery)
    assert running(office, number).get("review_request") == asked
    assert running(office, number)["close"] == ("2026-03-06", "2026-03-23")


def test_the_congress_own_answer_opens_no_review(office: Office) -> None:
    number = screened(office, APPEAL)
    proposed(office, number, way="直接办理", lead="")
    office.decide(number, "answer", "Z01", as_of=at(4), answer="答复如下。")
    office.decide(number, "deliver", "Z01", as_of=at(5), delivered_on="2026-03-05")
    assert keys(office, number) == {"close"}


@pytest.mark.parametrize(
    ("key", "owner", "duty"),
    [("divert", "office", True), ("notify", "office", True), ("objection", "handler", False), ("assign", "handler", True)],
)
def test_every_limit_knows_whose_it_is_and_whether_it_is_a_duty(office: Office, key: str, owner: str, duty: bool) -> None:
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    clock = office.clocks(number)[key]
    assert (clock.owner.value, clock.duty, clock.next_rung is not None) == (
        owner,
        duty,
        duty and clock.state is ClockState.RUNNING,
    )


def test_what_stopped_a_limit_is_on_record(office: Office) -> None:
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    told = {key: (str(one.stopped_on), one.stop_reason) for key, one in office.clocks(number).items() if one.stopped_on}
    assert told == {"divert": ("2026-03-02", "交办"), "notify": ("2026-03-02", "交办"), "sign_in": ("2026-03-03", "签收")}


def test_units_of_one_petition_have_limits_of_their_own(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处", as_of=MONDAY)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(5))
    with office.database.read() as session:
        found = [clock for clock in clocks_of(session, find_petition(session, number)) if clock.rule_key == "assign"]
    assert [(str(clock.starts_on), str(clock.due_on)) for clock in found] == [
        ("2026-03-03", "2026-05-06"),
        ("2026-03-05", "2026-05-06"),
    ]
    assert len({clock.dispatch_id for clock in found}) == 2
