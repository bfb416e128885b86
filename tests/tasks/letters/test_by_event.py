"""Which letters each event of the lifecycle queues: to whom, under which number, in whose name; and which it does not."""

from collections.abc import Iterator
from typing import Any

import pytest

from models.outbox_message import OutboxMessage
from models.vocabulary.case import Event, Flag
from models.vocabulary.papers import Letter
from notifications.catalogue import row_for
from notifications.rendering import render
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.share import DISPATCH_ROWS
from tasks.casework.drafts import Person
from tasks.keeping.vault import vault
from trials.harness.office import Office, at

E, L = Event, Letter
OFFICE, UNIT, SECOND, PETITIONER = "市人大常委会信访办公室", "市住建局", "某街道办事处", "信访人"
APPEAL = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}
OBJECTION = {"choice": "提出异议（退回）", "text": "不属职责"}
EXTENSION = {"choice": "申请延期", "days": "10", "approver": "局长", "text": "需要鉴定"}

Turn = tuple[str, str, str, dict[str, str]]
SCREENED: Turn = ("", "screen", "Z01", APPEAL)
ASSIGNED: tuple[Turn, ...] = (
    SCREENED,
    ("", "propose", "Z01", {"way": "交办", "lead": UNIT, "co_handling": SECOND, "opinion": "建议交办"}),
    ("", "approve", "F01", {}),
)
SIGNED: tuple[Turn, ...] = (*ASSIGNED, ("/1", "sign_in", "L-SZJ", {}))
REPORTED: tuple[Turn, ...] = (*SIGNED, ("/1", "report", "L-SZJ", {"text": "已办。"}))
OBJECTED: tuple[Turn, ...] = (*SIGNED, ("/1", "report", "L-SZJ", OBJECTION))
ASKED: tuple[Turn, ...] = (*SIGNED, ("/1", "report", "L-SZJ", EXTENSION))
ACCEPTED: tuple[Turn, ...] = (
    *REPORTED,
    ("/1", "examine", "Z02", {}),
    ("/2", "sign_in", "L-JDB", {}),
    ("/2", "report", "L-JDB", {"text": "已办。"}),
    ("/2", "examine", "Z02", {}),
)
DELIVERED: tuple[Turn, ...] = (*ACCEPTED, ("", "deliver", "Z01", {"delivered_on": "2026-03-03", "summary": "已修复"}))


def way(name: str, **more: str) -> tuple[Turn, ...]:
    return (SCREENED, ("", "propose", "Z01", {"way": name, "opinion": "建议"} | more), ("", "approve", "D01", {}))


QUEUED: list[tuple[Event, tuple[Turn, ...], list[tuple[Letter, str, str]]]] = [
    (E.REGISTER, (), [(L.RECEIPT, PETITIONER, "")]),
    (
        E.REFER,
        way("转送", lead=UNIT, co_handling="市民政局"),
        [(L.REFERRAL_LETTER, UNIT, "转"), (L.REFERRAL_LETTER, "市民政局", "转"), (L.REFERRAL_NOTICE, PETITIONER, "告")],
    ),
    (
        E.ASSIGN,
        ASSIGNED,
        [(L.ASSIGNMENT_LETTER, UNIT, "交"), (L.ASSIGNMENT_LETTER, SECOND, "交"), (L.REFERRAL_NOTICE, PETITIONER, "告")],
    ),
    (E.REJECT, way("不予受理", ground="not_our_power"), [(L.REJECTION_NOTICE, PETITIONER, "告")]),
    (E.REFUSE_REPEAT, way("不再受理", ground="review_final"), [(L.REFUSAL_NOTICE, PETITIONER, "告")]),
    (E.SIGN_IN, SIGNED, [(L.ACCEPTANCE_NOTICE, PETITIONER, "告")]),
    (E.OBJECT, OBJECTED, [(L.OBJECTION_ALERT, OFFICE, "")]),
    (E.UPHOLD_OBJECTION, (*OBJECTED, ("/1", "decide_objection", "D01", {"reason": "属实"})), [(L.OBJECTION_UPHELD, UNIT, "函")]),
    (
        E.OVERRULE_OBJECTION,
        (*OBJECTED, ("/1", "decide_objection", "D01", {"choice": "不同意", "reason": "属其职责"})),
        [(L.OBJECTION_OVERRULED, UNIT, "函")],
    ),
    (E.GRANT_EXTENSION, (*ASKED, ("/1", "decide_extension", "D01", {})), [(L.EXTENSION_NOTICE, PETITIONER, "告")]),
    (
        E.REFUSE_EXTENSION,
        (*ASKED, ("/1", "decide_extension", "D01", {"choice": "不同意", "reason": "不足"})),
        [(L.EXTENSION_REFUSED, UNIT, "函")],
    ),
    (E.REPORT, REPORTED, [(L.REPORT_ALERT, OFFICE, "")]),
    (E.REDO, (*REPORTED, ("/1", "examine", "Z02", {"choice": "退回重办", "reason": "不清"})), [(L.REDO_LETTER, UNIT, "函")]),
    (
        E.URGE,
        (*SIGNED, ("", "oversee", "Z01", {"choice": "书面催办", "unit": SECOND, "text": "请签收"})),
        [(L.URGING_LETTER, SECOND, "催")],
    ),
    (
        E.SUPERVISE,
        (*SIGNED, ("", "oversee", "D01", {"choice": "督办", "unit": UNIT, "text": "请说明", "ground": "shirking"})),
        [(L.SUPERVISION_LETTER, UNIT, "督")],
    ),
    (
        E.CONVENE,
        (*SIGNED, ("", "oversee", "Z01", {"choice": "召开协调会", "text": "碰头"})),
        [(L.MEETING_NOTICE, UNIT, "会"), (L.MEETING_NOTICE, SECOND, "会")],
    ),
    (E.DELIVER, DELIVERED, [(L.REPLY_NOTICE, PETITIONER, "告")]),
    (E.CLOSE, (*DELIVERED, ("", "close", "D01", {})), [(L.CLOSURE_NOTICE, PETITIONER, "告")]),
    (
        E.RECALL,
        (*SIGNED, ("", "oversee", "Z01", {"choice": "信访人书面撤回", "text": "来信撤回"})),
        [(L.RECALL_LETTER, UNIT, "函"), (L.RECALL_LETTER, SECOND, "函")],
    ),
]
SILENT: list[tuple[Event, tuple[Turn, ...]]] = [
    (E.SCREEN, (SCREENED,)),
    (E.ANSWER_ON_SPOT, (("", "screen", "Z01", APPEAL | {"choice": "answer", "answer": "已告知"}),)),
    (E.PROPOSE, ASSIGNED[:2]),
    (E.SEND_BACK, (*ASSIGNED[:2], ("", "approve", "F01", {"choice": "退回修改", "opinion": "请补充"}))),
    (E.TAKE_DIRECT, way("直接办理")),
    (E.FILE_AWAY, way("存查")),
    (E.SIGN_IN_REFERRAL, (*way("转送", lead=UNIT), ("/1", "sign_in", "L-SZJ", {}))),
    (E.REQUEST_EXTENSION, ASKED),
    (E.ACCEPT_REPORT, (*REPORTED, ("/1", "examine", "Z02", {}))),
    (E.ANNOTATE, (*SIGNED, ("", "oversee", "Z01", {"choice": "记录办理情况", "text": "家访"}))),
    (E.VOID, (("", "screen", "D01", {"choice": "void", "reason": "登记有误"}),)),
    (E.RETURN_TO_DELIVERY, (*DELIVERED, ("", "close", "D01", {"choice": "退回补充答复", "opinion": "请补充"}))),
]


def walked(office: Office, turns: tuple[Turn, ...], **paper: Any) -> str:
    number = office.register(**paper)
    for behind, step, officer, answer in turns:
        office.decide(f"{number}{behind}", step, officer, as_of=at(3), **answer)
    return number


def of_event(office: Office, number: str, event: Event) -> Iterator[OutboxMessage]:
    places = {found.seq for found in office.events(number) if found.event is event}
    assert places, f"the walk never came to {event}"
    return (letter for letter in office.letters(number) if letter.event_seq in places)


def mark_of(letter: OutboxMessage) -> str:
    """The mark of the series that a letter's number belongs to: 交 of 市人信交〔2026〕1号."""
    return (letter.letter_no or "").partition("〔")[0].removeprefix("市人信")


@pytest.mark.parametrize(("event", "turns", "letters"), QUEUED, ids=[row[0].value for row in QUEUED])
class TestAnEventThatWrites:
    def test_writes_exactly_these_letters(
        self, office: Office, event: Event, turns: tuple[Turn, ...], letters: list[tuple[Letter, str, str]]
    ) -> None:
        found = of_event(office, walked(office, turns), event)
        assert [(letter.letter, letter.addressee, mark_of(letter)) for letter in found] == letters

    def test_writes_letters_that_can_be_read(
        self, office: Office, event: Event, turns: tuple[Turn, ...], letters: list[tuple[Letter, str, str]]
    ) -> None:
        number = walked(office, turns)
        for letter in of_event(office, number, event):
            written = render(letter.letter, vault().open_facts(letter.facts_sealed))
            assert number in written.subject
            assert "None" not in written.text
            assert (letter.letter_no or "") in written.text

    def test_writes_to_nobody_who_gave_no_name(
        self, office: Office, event: Event, turns: tuple[Turn, ...], letters: list[tuple[Letter, str, str]]
    ) -> None:
        number = walked(office, turns, persons=(Person(phone="13800000001"),))
        found = [(letter.letter, letter.addressee) for letter in of_event(office, number, event)]
        assert found == [row[:2] for row in letters if row[1] != PETITIONER]

    def test_names_nobody_who_asked_for_confidence_to_a_unit(
        self, office: Office, event: Event, turns: tuple[Turn, ...], letters: list[tuple[Letter, str, str]]
    ) -> None:
        person = Person(name="司徒保密", phone="13800000001")
        number = walked(office, turns, persons=(person,), flags=frozenset({Flag.CONFIDENTIAL}))
        for letter in of_event(office, number, event):
            facts = vault().open_facts(letter.facts_sealed)
            assert (person.name in str(facts)) is (row_for(letter.letter).addressee == "petitioner"), letter.letter


@pytest.mark.parametrize(("event", "turns"), SILENT, ids=[row[0].value for row in SILENT])
def test_an_event_inside_the_office_writes_nothing(office: Office, event: Event, turns: tuple[Turn, ...]) -> None:
    assert list(of_event(office, walked(office, turns), event)) == []


def test_every_row_of_the_lifecycle_that_names_a_letter_is_walked_here() -> None:
    walked_here = {event: {letter for letter, _, _ in letters} for event, _, letters in QUEUED}
    elsewhere = {E.ATTACH}  # tests/scenarios: it writes to the units of another petition
    rows = {row.event: set(row.letters) for row in (*PETITION_ROWS, *DISPATCH_ROWS) if row.letters}
    assert {event: letters for event, letters in rows.items() if event not in elsewhere} == walked_here


def test_every_silent_row_here_names_no_letter() -> None:
    silent = {event for event, _ in SILENT}
    assert [row.event for row in (*PETITION_ROWS, *DISPATCH_ROWS) if row.event in silent and row.letters] == []


def test_an_urging_by_phone_writes_no_letter(office: Office) -> None:
    call: Turn = ("", "oversee", "Z01", {"choice": "电话催办", "unit": UNIT, "text": "询问"})
    assert list(of_event(office, walked(office, (*SIGNED, call)), E.URGE)) == []


def test_the_second_unit_to_sign_writes_no_second_notice(office: Office) -> None:
    number = walked(office, (*SIGNED, ("/2", "sign_in", "L-JDB", {})))
    assert [letter.letter for letter in of_event(office, number, E.SIGN_IN)] == [L.ACCEPTANCE_NOTICE]


def test_numbers_run_on_within_a_series(office: Office) -> None:
    first, second = walked(office, ASSIGNED), walked(office, ASSIGNED)
    numbers = [letter.letter_no for number in (first, second) for letter in of_event(office, number, E.ASSIGN)]
    assert numbers == [
        "市人信交〔2026〕1号", "市人信交〔2026〕2号", "市人信告〔2026〕1号",
        "市人信交〔2026〕3号", "市人信交〔2026〕4号", "市人信告〔2026〕2号",
    ]  # fmt: skip
