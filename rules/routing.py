"""Routing: who has to approve a way of dealing with a petition, and what carrying it out means."""

from dataclasses import dataclass

from models.vocabulary.case import Event, Outcome, Way
from models.vocabulary.people import OrganKind, Role
from rules.situation import UnitSituation

CITY_DEPARTMENTS = (OrganKind.GOVERNMENT, OrganKind.BUREAU, OrganKind.COURT, OrganKind.PROCURATORATE, OrganKind.SUPERVISION)

ISSUING: dict[Way, Event] = {
    Way.REFERRAL: Event.REFER,
    Way.ASSIGNMENT: Event.ASSIGN,
    Way.DIRECT: Event.TAKE_DIRECT,
    Way.REJECTION: Event.REJECT,
    Way.REFUSAL_OF_REPEAT: Event.REFUSE_REPEAT,
    Way.FILING: Event.FILE_AWAY,
}
"""What happens when an approved way is carried out; an answer at the window is never proposed."""

OUTCOME_OF_WAY: dict[Way, Outcome] = {
    Way.REFERRAL: Outcome.REFERRED,
    Way.REJECTION: Outcome.REJECTED,
    Way.REFUSAL_OF_REPEAT: Outcome.REFUSED,
    Way.FILING: Outcome.FILED,
}
"""Ways that are themselves the conclusion (办理结论); the others wait for an answer or a report."""


@dataclass(frozen=True, kw_only=True)
class ApprovalLevels:
    """Which capacity approves what; every office sets its own."""

    referral: Role = Role.DIRECTOR
    assignment: Role = Role.VICE_CHAIR
    cross_department: Role = Role.CHAIRS_MEETING
    other: Role = Role.DIRECTOR


def is_cross_department(units: tuple[UnitSituation, ...]) -> bool:
    """Say whether two or more departments of the city, or two or more districts, are concerned."""
    departments = {unit.code for unit in units if unit.district is None and unit.kind in CITY_DEPARTMENTS}
    districts = {unit.district for unit in units if unit.district}
    return len(departments) >= 2 or len(districts) >= 2


STANDS_IN = {Role.DIRECTOR: Role.VICE_CHAIR, Role.VICE_CHAIR: Role.CHAIRS_MEETING}
"""Who signs where the only one of a rank drafted it: the next rank. The office's own rule; else the petition would stand still."""


def approval_role(way: Way, units: tuple[UnitSituation, ...], levels: ApprovalLevels) -> Role:
    """Name the capacity that has to approve a way for these units."""
    if way is Way.ASSIGNMENT:
        return levels.cross_department if is_cross_department(units) else levels.assignment
    return levels.referral if way is Way.REFERRAL else levels.other
