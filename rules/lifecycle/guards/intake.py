"""Intake: what registering, screening, attaching and voiding a petition ask for."""

from collections.abc import Iterator

from models.vocabulary.case import Relation
from rules.lifecycle.guards.common import MAX_REPRESENTATIVES, all_of, has_reason
from rules.situation import Situation


def registrable(situation: Situation) -> str | None:
    """Dates in order and at most five representatives; a missing name or text never blocks (条例 第二十二、二十三条)."""
    return all_of(*_wrong_dates(situation), *_wrong_counts(situation))


def _wrong_dates(situation: Situation) -> Iterator[str]:
    received = situation.receipt_on
    if received is None:
        yield "收信日期未填写，请按收文章上的日期填写"
        return
    if received > situation.today:
        yield f"收信日期 {received} 晚于今天，请核对收文章"
    elif situation.happened_on and situation.happened_on < received:
        yield f"登记时间 {situation.happened_on} 早于收信日期 {received}，请核对补录时间"
    if situation.postmark_on and situation.postmark_on > received:
        yield f"邮戳日期 {situation.postmark_on} 晚于收信日期 {received}，请核对信封"


def _wrong_counts(situation: Situation) -> Iterator[str]:
    if situation.people_count < 1:
        yield "信访人数至少为 1 人"
    if situation.representatives > MAX_REPRESENTATIVES:
        yield (
            f"代表最多 {MAX_REPRESENTATIVES} 人（信访工作条例第二十条），现填 {situation.representatives} 人，其余请登记为联名人"
        )


def correctable(situation: Situation) -> str | None:
    """A correction of what was registered: a reason, and dates and counts that would be registered."""
    return all_of(has_reason(situation), registrable(situation))


def second_person(situation: Situation) -> str | None:
    """Whoever registered or drafted may not confirm alone."""
    if situation.actor_code and situation.actor_code in (situation.registrar_code, situation.drafter_code):
        return "须由登记人、拟办人以外的人员办理"
    return has_reason(situation)


def duplicates_found(situation: Situation) -> str | None:
    """The search for earlier petitions of the same people had hits."""
    return None if situation.duplicates else "未发现疑似重件"


def screened(situation: Situation) -> str | None:
    """Class and content code are chosen; a linked petition names the other one."""
    unlinked = situation.relation is Relation.LINKED and not situation.parent_number
    return all_of(
        None if situation.petition_class else "请选择信访事项类别（建议意见、检举控告、申诉求决）",
        None if situation.content_code.strip() else "请填写内容分类",
        "关联件须填写所关联的信访件编号" if unlinked else None,
    )


def repeats_an_open_petition(situation: Situation) -> str | None:
    """A repeat is attached to its first petition while that one is open (条例 第十九条第三款)."""
    if not situation.parent_number:
        return "并案须填写原信访件编号，且该编号须存在"
    if not situation.parent_is_open:
        return f"原信访件 {situation.parent_number} 已办结，请登记为关联件而不是并案"
    return None


def answered(situation: Situation) -> str | None:
    """The words of the answer are on file."""
    return None if situation.answer.strip() else "请写明答复内容"


def answered_and_classed(situation: Situation) -> str | None:
    """An answer at the window still needs its class and content code for the statistics."""
    return all_of(screened(situation), answered(situation))
