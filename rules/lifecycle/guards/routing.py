"""Routing: what a proposal, its approval and its carrying out ask for."""

from models.vocabulary.case import PetitionClass, Way
from models.vocabulary.people import OrganKind
from rules.lifecycle.guards.common import Guard, all_of
from rules.situation import Situation


def proposal_complete(situation: Situation) -> str | None:
    """A way, an opinion, and for referral or assignment the units."""
    early = situation.limit_on is not None and situation.limit_on <= situation.today
    groundless = situation.way is Way.REJECTION and not situation.ground
    return all_of(
        None if situation.way else "请选择办理方式",
        None if situation.reason.strip() else "请写明拟办意见",
        f"办理期限 {situation.limit_on} 须晚于今天" if early else None,
        "不予受理须选择理由" if groundless else None,
        units_allowed(situation) if situation.way in (Way.REFERRAL, Way.ASSIGNMENT) else None,
    )


def units_allowed(situation: Situation) -> str | None:
    """Units exist; by setting, a district's bodies come with its congress (沪 第三十条).

    None is the accused of an accusation (条例 第三十条第三款); an appeal goes to the unit that has the power, complained of or not.
    """
    if not situation.units or not situation.has_lead:
        return "请填写主办单位"
    congresses = {unit.district for unit in situation.units if unit.kind is OrganKind.CONGRESS}
    for unit in situation.units:
        if not unit.exists:
            return f"“{unit.name}”已撤并，请改用承继其职责的单位"
        if unit.code == situation.accused_unit and situation.petition_class is PetitionClass.ACCUSATION:
            return f"“{unit.name}”是被反映单位，不得承办，也不得抄送（信访工作条例第三十条）"
        if situation.district_via_congress and unit.district and unit.district not in congresses:
            return f"“{unit.name}”是{unit.district}的单位，须同时经{unit.district}人大常委会办理"
    return None


def approver_in_authority(situation: Situation) -> str | None:
    """The approver has the rank that the way needs, and did not draft the proposal."""
    if situation.actor_code == situation.drafter_code:
        others = f"，须由他人以{situation.approval_role.label}身份批准" if situation.approval_role else ""
        return f"拟办人不得审批自己拟办的信访件{others}"
    if situation.approval_role and situation.actor_role is not situation.approval_role:
        way = situation.way.label if situation.way else ""
        return f"{way}须由{situation.approval_role.label}批准"
    if situation.limit_on and situation.limit_on < situation.today:
        return f"函件所定期限 {situation.limit_on} 已过，请退回拟办人修改"
    return None


def way_is(way: Way) -> Guard:
    """Make a guard that asks for the approved way."""

    def guard(situation: Situation) -> str | None:
        return None if situation.way is way else f"批准的办理方式不是{way.label}"

    guard.__name__ = f"way_is_{way.value}"
    guard.__doc__ = f"The approved way is {way.value}."
    return guard
