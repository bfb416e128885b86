"""Closure: what delivering, closing, a review and filing away ask for."""

from models.vocabulary.people import Role
from rules.facts import Facts
from rules.lifecycle.guards.common import has_reason


def delivery_proved(facts: Facts) -> str | None:
    """The answer's delivery has a date, or a reason why it was impossible (条例 第三十五条)."""
    if facts.delivery_impossible:
        return has_reason(facts)
    if facts.delivered_on is None:
        return "请填写送达日期；无法送达的，请选“无法送达”并写明理由"
    if facts.receipt_on and facts.delivered_on < facts.receipt_on:
        return f"送达日期 {facts.delivered_on} 早于收信日期 {facts.receipt_on}"
    if facts.delivered_on > facts.today:
        return f"送达日期 {facts.delivered_on} 晚于今天"
    return None


def checklist_complete(facts: Facts) -> str | None:
    """Everything that closing needs is on file, and someone else than the drafter signs."""
    if facts.missing_items:
        return "结案条件不齐：" + "；".join(facts.missing_items)
    if facts.actor_role is not Role.SYSTEM and facts.actor_code == facts.drafter_code:
        return "拟办人不得自行结案"
    return None


def review_window_open(facts: Facts) -> str | None:
    """The petitioner asked within 30 days of delivery (条例 第三十五、三十六条)."""
    return None if facts.review_window_open else "已超过 30 日的申请期限，或未送达书面意见，请告知其他途径"


def file_complete(facts: Facts) -> str | None:
    """Nothing is still on its way out, so the file can be locked."""
    return f"还有 {facts.unsent_letters} 份函件未发出，暂不能归档（xinfang letters 查看）" if facts.unsent_letters else None
