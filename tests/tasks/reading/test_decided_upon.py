"""What stands above a form: what is decided upon, with the people masked; of an accusation, none of its words."""

from collections.abc import Callable
from typing import Any

import pytest

from models.vocabulary.case import Flag, Step
from tasks.casework.drafts import Person
from tasks.decide import find_place
from tasks.reading.casefile import form_description
from tasks.reading.decided_upon import UPON, without_people
from trials.harness.office import Office, at

NAME, PHONE = "测试人丙", "13800007777"
ASKS = f"{NAME}反映电梯停用，电话{PHONE}。"
SECRET = "收受礼金"


def above(office: Office, subject: str) -> str:
    with office.database.read() as session:
        place = find_place(session, subject)
        assert place.step is not None
        return form_description(session, place.petition, place.dispatch, place.step, today=at(25).date(), refusal=None)


def upon(office: Office, subject: str) -> list[str]:
    """The lines on what is decided upon, without their mark."""
    return [line.removeprefix("- ") for line in above(office, subject).splitlines() if line.startswith("- **")]


def registered(office: Office, **paper: Any) -> str:
    return office.register(**({"content": ASKS, "persons": (Person(name=NAME, phone=PHONE),)} | paper))


def proposed(office: Office) -> str:
    number = registered(office)
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    answer: dict[str, Any] = {"way": "交办", "lead": "市住建局", "co_handling": "某街道办事处", "limit_on": "2026-06-30"}
    office.decide(number, "propose", "Z01", **answer, opinion=f"请就{NAME}所反映事项核查")
    return number


def approved(office: Office) -> str:
    number = proposed(office)
    office.decide(number, "approve", "F01", choice="同意", opinion="请认真办理")
    return number


def signed(office: Office) -> str:
    number = approved(office)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return f"{number}/1"


def objected(office: Office, day: int = 4) -> str:
    share = signed(office)
    office.decide(share, "report", "L-SZJ", as_of=at(day), choice="提出异议（退回）", text="不属本局职责")
    return share


def extended(office: Office) -> str:
    share = signed(office)
    office.decide(share, "report", "L-SZJ", as_of=at(4), choice="申请延期", text="等待鉴定", days="15", approver="局长")
    return share


def reported(office: Office) -> str:
    share = signed(office)
    office.decide(share, "report", "L-SZJ", as_of=at(4), text=f"已修复，{NAME}满意。", outcome="诉求支持", told="已当面告知")
    return share


def redone(office: Office) -> str:
    share = reported(office)
    office.decide(share, "examine", "Z02", as_of=at(5), choice="退回重办", failed="事实清楚", reason="缺现场照片")
    return share


MASKED_ASKS = "**信访人反映**：测＊＊＊反映电梯停用，电话138＊＊＊＊7777。"
SHOWN = [
    pytest.param(registered, [MASKED_ASKS], id="screening: what the petitioner asks"),
    pytest.param(
        proposed,
        [
            "**拟办（接访员（经办人） Z01）**：办理方式：交办；主办单位：市住建局；协办单位：某街道办事处；办结期限：2026-06-30；"
            "请就测＊＊＊所反映事项核查",
            MASKED_ASKS,
        ],
        id="approval: way, units, limit, opinion",
    ),
    pytest.param(
        objected, ["**提出异议（市住建局，承办单位联络员 L-SZJ）**：不属本局职责", MASKED_ASKS], id="an objection in time"
    ),
    pytest.param(
        lambda office: objected(office, 20),
        ["**提出异议（市住建局，承办单位联络员 L-SZJ）**：已超过五个工作日；不属本局职责", MASKED_ASKS],
        id="an objection that came late",
    ),
    pytest.param(
        extended,
        ["**申请延期（市住建局，承办单位联络员 L-SZJ）**：申请延长 15 日；批准人：局长 等待鉴定", MASKED_ASKS],
        id="an extension: days and reason",
    ),
    pytest.param(
        reported,
        [
            "**报结（市住建局，承办单位联络员 L-SZJ）**：结论：诉求支持；已修复，测＊＊＊满意。 告知情况：已当面告知",
            "**六项审查**：程序合规、事实清楚、依据正确、处理恰当、答复送达、诉求逐项回应：逐项核对，未通过的填在“未通过的项目”",
            MASKED_ASKS,
        ],
        id="examination: the report and its six checks",
    ),
    pytest.param(
        redone,
        ["**退回重办（市住建局，接访员（经办人） Z02）**：未通过：事实清楚；缺现场照片"],
        id="a unit: why it has to do it again",
    ),
]


@pytest.mark.parametrize(("bring", "shown"), SHOWN)
def test_a_form_shows_what_is_decided_upon(office: Office, bring: Callable[[Office], str], shown: list[str]) -> None:
    assert upon(office, bring(office)) == shown


@pytest.mark.parametrize("bring", [registered, proposed, objected, reported])
def test_a_form_says_how_the_rest_is_read(office: Office, bring: Callable[[Office], str]) -> None:
    subject = bring(office)
    assert f"- 全文查阅：`xinfang read {subject} --as 工号 --reason 理由`" in above(office, subject).splitlines()


def test_the_newest_proposal_is_the_one_that_is_shown(office: Office) -> None:
    number = proposed(office)
    office.decide(number, "approve", "F01", choice="退回修改", opinion="请明确主办")
    assert upon(office, number)[0] == "**退回修改（分管副主任 F01）**：请明确主办"
    office.decide(number, "propose", "Z01", way="转送", lead="市住建局", opinion="改为转送")
    assert upon(office, number)[0] == "**拟办（接访员（经办人） Z01）**：办理方式：转送；主办单位：市住建局；改为转送"


def test_a_long_text_is_cut_and_says_so(office: Office) -> None:
    assert upon(office, registered(office, content="长" * 500)) == [f"**信访人反映**：{'长' * 400}……（未完）"]


@pytest.mark.parametrize(
    ("paper", "sort"),
    [
        pytest.param({"title": SECRET, "accused": "某科长"}, "", id="a paper that accuses, not screened yet"),
        pytest.param({"title": SECRET}, "检举控告", id="an accusation"),
        pytest.param({"flags": frozenset({Flag.CONFIDENTIAL})}, "申诉求决", id="a petition whose author asked for confidence"),
    ],
)
def test_of_what_is_kept_secret_the_form_shows_no_words(office: Office, paper: dict[str, Any], sort: str) -> None:
    number = registered(office, content=SECRET, **paper)
    if sort:
        office.decide(number, "screen", "Z01", petition_class=sort, content_code="纪检监察/作风")
        office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion=SECRET)
        assert "办理方式：交办；主办单位：市住建局；（密，本页不显示）" in above(office, number)
    assert (SECRET in above(office, number), NAME in above(office, number)) == (False, False)


def test_a_late_objection_is_marked_in_the_timeline_too(office: Office) -> None:
    from tasks.reading.casefile import case_file
    from tasks.record.cases import find_petition

    number, _, _ = objected(office, 20).partition("/")
    with office.database.read() as session:
        file = case_file(session, find_petition(session, number), today=at(25).date())
    assert "提出异议（已超过五个工作日）" in [row["事项"] for row in file.timeline]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("王小明和王小明明", "王**和王***"), ("无人", "无人"), ("王小 明", "王小 明")],
    ids=["a name within another", "nobody", "a name that is written otherwise stays"],
)
def test_names_give_way_to_masks(text: str, shown: str) -> None:
    assert without_people(text, {"王小明": "王**", "王小明明": "王***"}) == shown


def test_every_step_says_upon_what_it_decides() -> None:
    assert set(UPON) == set(Step)
