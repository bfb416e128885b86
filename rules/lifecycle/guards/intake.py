"""Intake: what registering, screening, attaching and voiding a petition ask for."""

from models.vocabulary.case import Relation
from rules.facts import Facts
from rules.lifecycle.guards.common import MAX_REPRESENTATIVES, has_reason


def registrable(facts: Facts) -> str | None:
    """Dates in order and at most five representatives; a missing name or text never blocks (条例 第二十二、二十三条)."""
    if facts.receipt_on is None:
        return "收信日期未填写，请按收文章上的日期填写"
    if facts.receipt_on > facts.today:
        return f"收信日期 {facts.receipt_on} 晚于今天，请核对收文章"
    if facts.happened_on and facts.happened_on < facts.receipt_on:
        return f"登记时间 {facts.happened_on} 早于收信日期 {facts.receipt_on}，请核对补录时间"
    if facts.postmark_on and facts.postmark_on > facts.receipt_on:
        return f"邮戳日期 {facts.postmark_on} 晚于收信日期 {facts.receipt_on}，请核对信封"
    if facts.people_count < 1:
        return "信访人数至少为 1 人"
    if facts.representatives > MAX_REPRESENTATIVES:
        return f"代表最多 {MAX_REPRESENTATIVES} 人（信访工作条例第二十条），现填 {facts.representatives} 人，其余请登记为联名人"
    return None


def second_person(facts: Facts) -> str | None:
    """Whoever registered or drafted may not confirm alone."""
    if facts.actor_code and facts.actor_code in (facts.registrar_code, facts.drafter_code):
        return "须由登记人、拟办人以外的人员办理"
    return has_reason(facts)


def duplicates_found(facts: Facts) -> str | None:
    """The search for earlier petitions of the same people had hits."""
    return None if facts.duplicates else "未发现疑似重件"


def screened(facts: Facts) -> str | None:
    """Class and content code are chosen; a linked petition names the other one."""
    if facts.petition_class is None:
        return "请选择信访事项类别（建议意见、检举控告、申诉求决）"
    if not facts.content_code.strip():
        return "请填写内容分类"
    if facts.relation is Relation.LINKED and not facts.parent_number:
        return "关联件须填写所关联的信访件编号"
    return None


def repeats_an_open_petition(facts: Facts) -> str | None:
    """A repeat is attached to its first petition while that one is open (条例 第十九条第三款)."""
    if not facts.parent_number:
        return "并案须填写原信访件编号，且该编号须存在"
    if not facts.parent_is_open:
        return f"原信访件 {facts.parent_number} 已办结，请登记为关联件而不是并案"
    return None


def answered(facts: Facts) -> str | None:
    """The words of the answer are on file."""
    return None if facts.answer.strip() else "请写明答复内容"


def answered_and_classed(facts: Facts) -> str | None:
    """An answer at the window still needs its class and content code for the statistics."""
    return screened(facts) or answered(facts)
