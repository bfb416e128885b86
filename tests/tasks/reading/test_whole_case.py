"""The whole case in clear: what each may see of it, and the look that stays on record, of a refused one too."""

from typing import Any

import pytest

from models.vocabulary.case import Event
from models.vocabulary.people import Proof
from rules.access import TextKind
from rules.errors import AnswerRefusedError, CaseworkError, UnknownCaseError
from tasks.casework.drafts import Person
from tasks.reading.admission import Request
from tasks.reading.whole_case import KIND_OF, WholeCase, read_case
from tasks.record.act import Who
from trials.harness.office import Office, at

CONTENT, NAME, PHONE, ACCUSED_MAN = "二单元电梯停用半年。", "测试人丙", "13800007777", "某科长"


def whole(office: Office, subject: str, officer: str, reason: str = "办理需要") -> WholeCase:
    assert office.database
    return read_case(Request(subject, Who(officer, Proof.CONSOLE), reason), as_of=at(9))


def handled(office: Office) -> str:
    """Two units; the lead has objected late, been overruled, asked for more time, got it, and reported."""
    person = Person(name=NAME, phone=PHONE, address="某路1号")
    number = office.assigned("市住建局", "市民政局", approver="H01", content=CONTENT, persons=(person,))
    lead, other = f"{number}/1", f"{number}/2"
    office.decide(lead, "sign_in", "L-SZJ", as_of=at(3))
    office.decide(other, "sign_in", "L-SMZ", as_of=at(3))
    office.decide(lead, "report", "L-SZJ", as_of=at(20), choice="提出异议（退回）", text="不属本局职责")
    office.decide(lead, "decide_objection", "D01", as_of=at(21), choice="不同意", reason="三定方案写明")
    office.decide(lead, "sign_in", "L-SZJ", as_of=at(22), choice="签收")
    office.decide(lead, "report", "L-SZJ", as_of=at(23), choice="申请延期", text="等待鉴定", days="15", approver="局长")
    office.decide(lead, "decide_extension", "D01", as_of=at(24), choice="同意", reason="属实")
    office.decide(lead, "report", "L-SZJ", as_of=at(25), text="已修复电梯。", outcome="诉求支持", told="当面告知")
    office.decide(other, "report", "L-SMZ", as_of=at(25), text="协助完毕。", outcome="解释说明")
    return number


def accused(office: Office, unit: str = "市公安局", clerk: str = "Z01") -> str:
    paper: dict[str, Any] = {"title": "举报某科", "content": "收受礼金。", "accused": ACCUSED_MAN, "accused_unit": unit}
    number = office.register(persons=(Person(name=NAME),), **paper)
    office.decide(number, "screen", clerk, petition_class="检举控告", content_code="纪检监察/作风", accused_unit=unit)
    return number


def said(found: WholeCase, event: str) -> list[tuple[str, str]]:
    return [(row["要点"], row["内容"]) for row in found.texts if row["事项"] == event]


def last(office: Office, number: str) -> tuple[Event, str, dict[str, Any]]:
    event = office.events(number)[-1]
    return event.event, event.actor_code, event.facts


class TestTheOffice:
    def test_reads_the_whole_of_a_case(self, office: Office) -> None:
        number = handled(office)
        found = whole(office, number, "Z02")
        assert found.content == CONTENT
        assert found.people == [{"身份": "主访人", "姓名": NAME, "证件号码": "", "电话": PHONE, "住址": "某路1号", "邮箱": ""}]
        assert said(found, "拟办") == [("办理方式：交办；主办单位：市住建局；协办单位：市民政局", "建议交办")]
        assert said(found, "批准") == [("", "同意")]
        assert said(found, "提出异议") == [("已超过五个工作日", "不属本局职责")]
        assert said(found, "不同意退回") == [("", "三定方案写明")]
        assert said(found, "申请延期") == [("申请延长 15 日", "批准人：局长\n等待鉴定")]
        assert said(found, "同意延期") == [("延长 15 日，由 2026-05-06 延至 2026-05-18", "属实")]
        assert said(found, "报结") == [("结论：诉求支持", "已修复电梯。\n告知情况：当面告知"), ("结论：解释说明", "协助完毕。")]
        assert {row["函件"] for row in found.letters} >= {"交办函", "转送（交办）告知单"}
        assert any(NAME in row["正文"] for row in found.letters)
        assert found.withheld == []

    def test_reads_one_share_of_it(self, office: Office) -> None:
        number = handled(office)
        found = whole(office, f"{number}/2", "Z02")
        assert (found.content, said(found, "报结"), said(found, "拟办")) == (CONTENT, [("结论：解释说明", "协助完毕。")], [])
        assert {row["收件"] for row in found.letters} <= {"市民政局", "信访人", "市人大常委会信访办公室"}
        assert last(office, number)[2]["share"] == 2

    def test_leaves_a_look_that_says_who_why_and_what(self, office: Office) -> None:
        number = office.register()
        whole(office, number, "Z02", "电话回访")
        event, code, facts = last(office, number)
        assert (event, code, facts["seen"]) == (Event.READ, "Z02", sorted(kind.value for kind in TextKind))
        assert said(whole(office, number, "Z01"), "查阅案卷")[0] == ("", "电话回访")

    def test_opens_nothing_without_a_reason(self, office: Office) -> None:
        number = office.register()
        with pytest.raises(AnswerRefusedError, match="查阅理由"):
            whole(office, number, "Z02", "  ")
        assert [event.event for event in office.events(number)] == [Event.REGISTER]

    def test_reads_a_paper_that_waits_for_its_correction(self, office: Office) -> None:
        number = office.register(content=CONTENT)
        office.decide(number, "screen", "D01", choice="作废（登记有误）", reason="重复录入")
        assert said(whole(office, number, "Z01"), "作废") == [("", "重复录入")]


class TestAUnit:
    def test_reads_its_own_share_and_letter_and_nothing_else(self, office: Office) -> None:
        number = handled(office)
        found = whole(office, number, "L-SMZ")
        assert [row["内容"] for row in found.texts] == ["协助完毕。"]
        assert (found.content, found.accused, found.people, found.papers) == ("", "", [], [])
        assert {row["收件"] for row in found.letters} == {"市民政局"}
        assert set(found.summary) == {"标题", "类别", "收信日期", "信访形式"}
        assert {"来信内容", "拟办、审批意见", "证件号码、电话、住址"} <= set(found.withheld)
        assert last(office, number)[:2] == (Event.READ, "L-SMZ")

    def test_reads_what_was_decided_on_its_asking(self, office: Office) -> None:
        found = whole(office, handled(office), "L-SZJ")
        decided = [row["内容"] for row in found.texts if row["经办"].startswith("信访办主任")]
        assert decided == ["三定方案写明", "属实"]

    @pytest.mark.parametrize("which", ["/1", ""], ids=["the share of another", "a case in which it has none"])
    def test_is_told_nothing_of_what_is_not_its_own(self, office: Office, which: str) -> None:
        number = handled(office)
        stranger = "L-SMZ" if which else "L-SGA"
        with pytest.raises(UnknownCaseError) as refused:
            whole(office, f"{number}{which}", stranger, "想看看")
        with pytest.raises(UnknownCaseError) as unknown:
            whole(office, f"XF-2026-9999{which}", stranger, "想看看")
        assert str(refused.value).replace(number, "XF-2026-9999") == str(unknown.value)
        event, code, facts = last(office, number)
        assert (event, code, "seen" in facts) == (Event.LOOK_REFUSED, stranger, False)


class TestAnAccusation:
    @pytest.mark.parametrize("officer", ["Z01", "D01"], ids=["who took it in", "the director"])
    def test_is_read_by_those_to_whom_it_is_entrusted(self, office: Office, officer: str) -> None:
        found = whole(office, accused(office), officer)
        assert (found.content, found.accused, found.summary["标题"]) == ("收受礼金。", ACCUSED_MAN, "举报某科")

    @pytest.mark.parametrize(
        "officer",
        ["Z02", "F01", "A01", "H01", "L-SGA", "L-SZJ"],
        ids=["another clerk", "the vice-chair", "the archivist", "the chairs", "the accused", "another unit"],
    )
    def test_is_refused_to_everybody_else_and_the_try_stands_on_record(self, office: Office, officer: str) -> None:
        number = accused(office)
        with pytest.raises(UnknownCaseError, match="或者您无权查阅"):
            whole(office, number, officer)
        assert last(office, number)[:2] == (Event.LOOK_REFUSED, officer)

    def test_that_was_looked_at_before_it_was_screened_is_not_entrusted_for_that(self, office: Office) -> None:
        number = office.register(accused=ACCUSED_MAN)
        whole(office, number, "Z02")
        office.decide(number, "screen", "Z01", petition_class="检举控告", content_code="纪检监察/作风")
        with pytest.raises(UnknownCaseError):
            whole(office, number, "Z02")

    def test_is_read_by_the_vice_chair_while_it_is_put_before_him(self, office: Office) -> None:
        number = accused(office)
        office.decide(number, "propose", "Z01", way="交办", lead="市住建局", opinion="建议交办")
        assert whole(office, number, "F01").content == "收受礼金。"
        office.decide(number, "approve", "F01", choice="退回修改", opinion="请补充")
        assert whole(office, number, "F01").content == "收受礼金。"

    def test_stays_with_the_office_when_the_unit_above_or_after_the_accused_has_a_share(self, office: Office) -> None:
        from sqlmodel import select

        from models.organ import Organ

        number = accused(office)
        office.decide(number, "propose", "Z01", way="交办", lead="市住建局", co_handling="市民政局", opinion="建议交办")
        office.decide(number, "approve", "H01", choice="同意")
        assert whole(office, number, "L-SZJ").summary
        with office.database.write() as session:
            organs = {organ.code: organ for organ in session.exec(select(Organ))}
            organs["SGA"].parent_id, organs["SGA"].successor_id = organs["SZJ"].id, organs["SMZ"].id
        for liaison in ("L-SZJ", "L-SMZ"):
            with pytest.raises(UnknownCaseError):
                whole(office, number, liaison)


@pytest.mark.parametrize("officer", ["Z99", ""], ids=["an unknown number", "no number"])
def test_nobody_unknown_looks(office: Office, officer: str) -> None:
    with pytest.raises(CaseworkError, match="工号"):
        whole(office, office.register(), officer)


def test_every_event_of_a_unit_and_every_decision_has_its_kind() -> None:
    """What is not named is a note of the office, which no unit reads: the safe side, but not for what units have to read."""
    from rules.lifecycle.share import DISPATCH_ROWS

    wordless = {Event.SIGN_IN, Event.SIGN_IN_REFERRAL, Event.RECALL}
    assert {row.event for row in DISPATCH_ROWS} - wordless <= set(KIND_OF)
