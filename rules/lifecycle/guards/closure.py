"""Closure: what delivering, closing, a review and filing away ask for."""

from models.vocabulary.people import Role
from rules.lifecycle.guards.common import has_reason
from rules.situation import Situation


def delivery_proved(situation: Situation) -> str | None:
    """The answer's delivery has a date, or a reason why it was impossible (条例 第三十五条)."""
    if situation.delivery_impossible:
        return has_reason(situation)
    if situation.delivered_on is None:
        return "请填写送达日期；无法送达的，请选“无法送达”并写明理由"
    if situation.receipt_on and situation.delivered_on < situation.receipt_on:
        return f"送达日期 {situation.delivered_on} 早于收信日期 {situation.receipt_on}"
    if situation.delivered_on > situation.today:
        return f"送达日期 {situation.delivered_on} 晚于今天"
    return None


def checklist_complete(situation: Situation) -> str | None:
    """Everything that closing needs is on file, and someone else than the drafter signs."""
    if situation.missing_items:
        return "结案条件不齐：" + "；".join(situation.missing_items)
    if situation.actor_role is Role.SYSTEM:
        return None
    signs = situation.approval_role
    if situation.actor_code == situation.drafter_code:
        return "拟办人不得自行结案" + (f"，须由他人以{signs.label}身份结案" if signs else "")
    if signs and situation.actor_role is not signs:
        return f"结案须由{signs.label}审批"
    return None


def review_window_open(situation: Situation) -> str | None:
    """The petitioner asked within 30 days of delivery (条例 第三十五、三十六条)."""
    return None if situation.review_window_open else "已超过 30 日的申请期限，或未送达书面意见，请告知其他途径"


def file_complete(situation: Situation) -> str | None:
    """Nothing is still on its way out, so the file can be locked."""
    return (
        f"还有 {situation.unsent_letters} 份函件未发出，暂不能归档（xinfang letters 查看）" if situation.unsent_letters else None
    )
