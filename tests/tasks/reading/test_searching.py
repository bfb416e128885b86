"""Searches: by number, by person, by unit, state and date, page by page; nothing is unsealed."""

from datetime import date
from typing import Any

import pytest

from models.vocabulary.case import PetitionClass, State
from rules.errors import AnswerRefusedError
from tasks.casework.drafts import Person
from tasks.reading.searching import Page, Wanted, search
from trials.harness.office import Office, at

WANG = Person(name="王测试", phone="13800001111", id_number="110101199003074514")
LI = Person(name="李测试", phone="13800002222")


def found(office: Office, **wanted: Any) -> Page:
    with office.database.read() as session:
        return search(session, Wanted(**wanted), today=at(4).date())


def numbers(office: Office, **wanted: Any) -> list[str]:
    return [row["number"] for row in found(office, **wanted).rows]


@pytest.fixture
def three(office: Office) -> Office:
    """Wang and Li together on the 2nd, Wang alone on the 3rd; the third, Li's, went to a unit."""
    office.register(persons=(WANG, LI), as_of=at(2))
    office.register(persons=(WANG,), as_of=at(3))
    office.assigned("市住建局", persons=(LI,), as_of=at(4))
    return office


FIRST, SECOND, THIRD = "XF-2026-0001", "XF-2026-0002", "XF-2026-0003"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"number": SECOND}, [SECOND]),
        ({"number": "XF-2026-0009"}, []),
        ({"name": "王测试"}, [SECOND, FIRST]),
        ({"name": " 李 测试 "}, [THIRD, FIRST]),
        ({"name": "王"}, []),
        ({"phone": "13800002222"}, [THIRD, FIRST]),
        ({"id_number": "110101199003074514"}, [SECOND, FIRST]),
        ({"name": "王测试", "phone": "13800001111"}, [SECOND, FIRST]),
        ({"name": "王测试", "phone": "13800002222"}, []),
        ({"number": FIRST, "name": "李测试"}, [FIRST]),
        ({"number": SECOND, "name": "李测试"}, []),
        ({"unit": "SZJ"}, [THIRD]),
        ({"unit": "住建"}, [THIRD]),
        ({"unit": "%"}, []),
        ({"unit": "没有的单位"}, []),
        ({"state": State.REGISTERED}, [SECOND, FIRST]),
        ({"state": State.ASSIGNED, "unit": "SZJ"}, [THIRD]),
        ({"received_from": date(2026, 3, 3)}, [THIRD, SECOND]),
        ({"received_until": date(2026, 3, 3)}, [SECOND, FIRST]),
        ({"received_from": date(2026, 3, 3), "received_until": date(2026, 3, 3)}, [SECOND]),
        ({}, [THIRD, SECOND, FIRST]),
    ],
    ids=lambda value: "・".join(f"{k} {v}" for k, v in value.items()) or "nothing" if isinstance(value, dict) else None,
)
def test_a_search_finds_what_holds_all_that_was_filled_in_newest_first(
    three: Office, wanted: dict[str, Any], expected: list[str]
) -> None:
    assert numbers(three, **wanted) == expected


def test_a_unit_that_gave_its_share_back_is_not_found_with_it(three: Office) -> None:
    three.decide(f"{THIRD}/1", "sign_in", "L-SZJ", as_of=at(4), choice="提出异议（退回）", reason="不属于本单位职责")
    three.decide(f"{THIRD}/1", "decide_objection", "D01", as_of=at(4), reason="确非其职责")
    assert numbers(three, unit="SZJ") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(office: Office, limit: int) -> None:
    for day in (3, 2, 3, 3, 2):
        office.register(as_of=at(day))
    seen, after = [], ""
    while True:
        page = found(office, limit=limit, after=after)
        seen += [row["number"] for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == [f"XF-2026-{n:04d}" for n in (4, 3, 1, 5, 2)]


def test_what_is_registered_meanwhile_does_not_move_the_next_page(three: Office) -> None:
    page = found(three, limit=1)
    three.register(as_of=at(4))
    assert numbers(three, after=page.next) == [SECOND, FIRST]


@pytest.mark.parametrize("after", ["x", "2026-03-02", "2026-13-01/1", "2026-03-02/x"])
def test_a_mark_that_no_page_gave_is_refused(three: Office, after: str) -> None:
    with pytest.raises(AnswerRefusedError, match="续页"):
        found(three, after=after)


def test_an_accusation_is_found_without_its_title(office: Office) -> None:
    office.register(persons=(WANG,), petition_class=PetitionClass.ACCUSATION, title="反映某人问题")
    assert found(office, name="王测试").rows[0]["title"] == "（密）"
