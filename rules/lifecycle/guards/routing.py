"""Routing: what a proposal, its approval and its carrying out ask for."""

from models.vocabulary.case import Way
from models.vocabulary.people import OrganKind
from rules.facts import Facts
from rules.lifecycle.guards.common import Guard


def proposal_complete(facts: Facts) -> str | None:
    """A way, an opinion, and for referral or assignment the units."""
    if facts.way is None:
        return "请选择办理方式"
    if not facts.reason.strip():
        return "请写明拟办意见"
    if facts.limit_on and facts.limit_on <= facts.today:
        return f"办理期限 {facts.limit_on} 须晚于今天"
    if facts.way is Way.REJECTION and not facts.ground:
        return "不予受理须选择理由"
    if facts.way in (Way.REFERRAL, Way.ASSIGNMENT):
        return units_allowed(facts)
    return None


def units_allowed(facts: Facts) -> str | None:
    """Units exist, none is the accused (条例 第三十条); by setting, a district's bodies come with its congress (沪 第三十条)."""
    if not facts.units or not facts.has_lead:
        return "请填写主办单位"
    congresses = {unit.district for unit in facts.units if unit.kind is OrganKind.CONGRESS}
    for unit in facts.units:
        if not unit.exists:
            return f"“{unit.name}”已撤并，请改用承继其职责的单位"
        if unit.code == facts.accused_unit:
            return f"“{unit.name}”是被反映单位，不得承办，也不得抄送（信访工作条例第三十条）"
        if facts.district_via_congress and unit.district and unit.district not in congresses:
            return f"“{unit.name}”是{unit.district}的单位，须同时经{unit.district}人大常委会办理"
    return None


def approver_in_authority(facts: Facts) -> str | None:
    """The approver has the rank that the way needs, and did not draft the proposal."""
    if facts.actor_code == facts.drafter_code:
        others = f"，须由他人以{facts.approval_role.label}身份批准" if facts.approval_role else ""
        return f"拟办人不得审批自己拟办的信访件{others}"
    if facts.approval_role and facts.actor_role is not facts.approval_role:
        way = facts.way.label if facts.way else ""
        return f"{way}须由{facts.approval_role.label}批准"
    if facts.limit_on and facts.limit_on < facts.today:
        return f"函件所定期限 {facts.limit_on} 已过，请退回拟办人修改"
    return None


def way_is(way: Way) -> Guard:
    """Make a guard that asks for the approved way."""

    def guard(facts: Facts) -> str | None:
        return None if facts.way is way else f"批准的办理方式不是{way.label}"

    guard.__name__ = f"way_is_{way.value}"
    guard.__doc__ = f"The approved way is {way.value}."
    return guard
