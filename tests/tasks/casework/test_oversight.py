"""Overlays: they put something on file, and change neither state nor clocks."""

import pytest
from sqlmodel import select

from models.urging import Supervision, Urging
from models.vocabulary.papers import Letter
from rules.errors import CaseworkError
from trials.harness.office import Office, at, day

SUPERVISING = {"choice": "督办", "ground": "推诿、敷衍、拖延", "text": "请说明原因"}


def signed(office: Office) -> str:
    number = office.assigned("市住建局", "某街道办事处")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    office.decide(f"{number}/2", "sign_in", "L-JDB", as_of=at(3))
    return number


def rows_of(office: Office, table: type[Urging] | type[Supervision]) -> list[Urging | Supervision]:
    with office.database.read() as session:
        return list(session.exec(select(table)))


@pytest.mark.parametrize(
    ("officer", "answer"),
    [
        pytest.param("Z01", {"choice": "电话催办", "unit": "1", "text": "询问进度", "promised_on": "2026-03-13"}, id="by phone"),
        pytest.param("Z01", {"choice": "书面催办", "unit": "市住建局", "text": "请抓紧"}, id="by letter"),
        pytest.param("D01", SUPERVISING | {"unit": "市住建局"}, id="supervision"),
        pytest.param("Z01", {"choice": "召开协调会", "text": "现场会", "deputies": "2", "representatives": "5"}, id="meeting"),
        pytest.param("Z01", {"choice": "记录办理情况", "text": "家访"}, id="note"),
    ],
)
def test_an_overlay_changes_neither_state_nor_clocks(office: Office, officer: str, answer: dict[str, str]) -> None:
    number = signed(office)
    before = office.petition(number).state, {key: clock.model_dump() for key, clock in office.clocks(number).items()}
    office.decide(number, "oversee", officer, as_of=at(10), **answer)
    after = {key: clock.model_dump() for key, clock in office.clocks(number).items() if key in before[1]}
    assert (office.petition(number).state, after) == before


def test_a_supervision_has_a_number_a_ground_and_a_day_for_the_answer(office: Office) -> None:
    number = signed(office)
    office.decide(number, "oversee", "D01", as_of=at(10), unit="市住建局", **SUPERVISING)
    (row,) = rows_of(office, Supervision)
    assert isinstance(row, Supervision)
    assert (row.letter_no, row.ground, row.reply_due_on) == ("市人信督〔2026〕1号", "shirking", day("2026-03-17"))
    assert [letter.letter_no for letter in office.letters(number) if letter.letter is Letter.SUPERVISION_LETTER] == [
        row.letter_no
    ]


@pytest.mark.parametrize(
    ("officer", "answer", "said"),
    [
        pytest.param("D01", SUPERVISING | {"unit": "市住建局", "ground": ""}, "依据", id="supervision without ground"),
        pytest.param(
            "D01", SUPERVISING | {"unit": "市住建局", "ground": "态度不好"}, "依据", id="supervision on an unknown ground"
        ),
        pytest.param("D01", SUPERVISING | {"unit": "市住建局", "text": ""}, "写明理由", id="supervision without demand"),
        pytest.param("Z01", SUPERVISING | {"unit": "市住建局"}, "信访办主任", id="supervision by a clerk"),
        pytest.param("Z01", {"choice": "电话催办", "text": "询问进度"}, "请填写对哪个单位", id="urging without unit"),
        pytest.param(
            "Z01",
            {"choice": "电话催办", "unit": "市公安局", "text": "询问"},
            "市住建局、某街道办事处",
            id="urging a unit without share",
        ),
        pytest.param(
            "Z01", {"choice": "电话催办", "unit": "1", "text": "询问", "promised_on": "下周"}, "承诺日期", id="unreadable promise"
        ),
        pytest.param(
            "Z01", {"choice": "召开协调会", "text": "协调会", "representatives": "6"}, "5", id="six representatives at a meeting"
        ),
        pytest.param("Z01", {"choice": "召开协调会", "text": "协调会", "deputies": "两名"}, "不是整数", id="deputies in words"),
        pytest.param("Z01", {"choice": "记录办理情况"}, "写明理由", id="empty note"),
    ],
)
def test_an_incomplete_overlay_is_refused(office: Office, officer: str, answer: dict[str, str], said: str) -> None:
    number = signed(office)
    with pytest.raises(CaseworkError, match=said):
        office.decide(number, "oversee", officer, as_of=at(10), **answer)
    assert rows_of(office, Urging) == rows_of(office, Supervision) == []


@pytest.mark.parametrize(("way", "letters"), [("电话催办", []), ("书面催办", ["市住建局"])])
def test_only_a_written_urging_sends_a_letter_and_only_to_that_unit(office: Office, way: str, letters: list[str]) -> None:
    number = signed(office)
    office.decide(number, "oversee", "Z01", as_of=at(10), choice=way, unit="市住建局", text="请抓紧")
    assert [letter.addressee for letter in office.letters(number) if letter.letter is Letter.URGING_LETTER] == letters
    assert len(rows_of(office, Urging)) == 1


@pytest.mark.parametrize("answer", [SUPERVISING, {"choice": "书面催办", "text": "请抓紧"}], ids=["supervision", "urging"])
def test_a_unit_whose_report_was_accepted_is_left_in_peace(office: Office, answer: dict[str, str]) -> None:
    number = signed(office)
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(9), text="已办结")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(10))
    with pytest.raises(CaseworkError):
        office.decide(number, "oversee", "D01", as_of=at(11), unit="市住建局", **answer)
