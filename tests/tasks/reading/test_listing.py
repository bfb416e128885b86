"""Lists: by stage, by unit, by lateness, with the due dates of the three owners."""

from typing import Any

import pytest

from models.vocabulary.case import Stage
from rules.errors import UnknownCaseError
from tasks.reading.listing import ListFilter, list_petitions
from trials.harness.office import Office, at


def listed(office: Office, *, today: object = None, **chosen: Any) -> list[dict[str, Any]]:
    with office.database.read() as session:
        return list_petitions(session, ListFilter(today=today or at(4).date(), **chosen))  # type: ignore[arg-type]


def numbers(office: Office, **chosen: Any) -> list[str]:
    return [row["number"] for row in listed(office, **chosen)]


def signed(office: Office) -> str:
    number = office.assigned()
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return number


def closed(office: Office) -> str:
    number = signed(office)
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(4), text="已办结")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(4))
    office.decide(number, "deliver", "Z01", as_of=at(5), delivered_on="2026-03-05")
    office.decide(number, "close", "D01", as_of=at(5))
    return number


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        (None, ["XF-2026-0001", "XF-2026-0002"]),
        (Stage.INTAKE, ["XF-2026-0001"]),
        (Stage.JOINT_HANDLING, ["XF-2026-0002"]),
        (Stage.CLOSED, []),
    ],
)
def test_petitions_are_listed_by_stage(office: Office, stage: Stage | None, found: list[str]) -> None:
    office.register()
    office.assigned("市住建局", "某街道办事处")
    assert numbers(office, stage=stage) == found


@pytest.mark.parametrize(
    ("unit", "found"),
    [("市住建局", ["XF-2026-0001"]), ("SZJ", ["XF-2026-0001"]), ("街道", ["XF-2026-0001", "XF-2026-0002"]), ("市公安局", [])],
)
def test_petitions_are_listed_by_unit(office: Office, unit: str, found: list[str]) -> None:
    office.assigned("市住建局", "某街道办事处")
    office.assigned("某街道办事处")
    assert numbers(office, unit=unit) == found


@pytest.mark.parametrize("unit", ["没有的局", "_", "%"])
def test_a_unit_that_there_is_not_is_said_and_no_empty_list_shown(office: Office, unit: str) -> None:
    office.assigned("市住建局")
    with pytest.raises(UnknownCaseError, match="没有名为"):
        numbers(office, unit=unit)


def test_a_unit_that_gave_its_share_back_is_not_listed_with_it(office: Office) -> None:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3), choice="提出异议（退回）", reason="不属于本单位职责")
    office.decide(f"{number}/1", "decide_objection", "D01", as_of=at(4), reason="确非其职责")
    assert numbers(office, unit="市住建局") == []


@pytest.mark.parametrize(("on", "found"), [(17, []), (18, ["XF-2026-0001"])], ids=["last day", "day after"])
def test_an_undiverted_petition_is_overdue_after_its_last_day(office: Office, on: int, found: list[str]) -> None:
    office.register()
    assert numbers(office, overdue=True, today=at(on).date()) == found


def test_a_unit_is_overdue_after_its_handling_limit(office: Office) -> None:
    number = signed(office)
    assert numbers(office, overdue=True, today=at(7, month=5).date()) == [number]


def test_the_end_of_the_objection_window_makes_nobody_late(office: Office) -> None:
    signed(office)
    assert numbers(office, overdue=True, today=at(16).date()) == []


def test_the_handlers_due_date_is_that_of_handling(office: Office) -> None:
    signed(office)
    assert listed(office)[0]["handler_due_on"] == "2026-05-06"


def test_a_closed_petition_is_not_overdue_because_nobody_asked_for_a_review(office: Office) -> None:
    closed(office)
    assert numbers(office, overdue=True, today=at(20, month=4).date()) == []


def test_a_row_says_where_the_petition_stands(office: Office) -> None:
    office.register()
    row = listed(office)[0]
    known = {
        "stage": "intake",
        "state_label": "已登记",
        "waiting_for": "待甄别",
        "units": [],
        "office_due_on": "2026-03-17",
        "days_left": 13,
    }
    assert {name: row[name] for name in known} == known


def test_an_accusation_shows_no_title(office: Office) -> None:
    number = office.register(title="检举某人")
    office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/贪污受贿")
    assert listed(office)[0]["title"] == "（密）"
