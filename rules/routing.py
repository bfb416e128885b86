"""Routing: who has to approve a way of dealing with a petition."""

from dataclasses import dataclass

from models.vocabulary.case import Way
from models.vocabulary.people import OrganKind, Role
from rules.facts import UnitFacts

CITY_DEPARTMENTS = (OrganKind.GOVERNMENT, OrganKind.BUREAU, OrganKind.COURT, OrganKind.PROCURATORATE, OrganKind.SUPERVISION)


@dataclass(frozen=True, kw_only=True)
class ApprovalLevels:
    """Which capacity approves what; every office sets its own."""

    referral: Role = Role.DIRECTOR
    assignment: Role = Role.VICE_CHAIR
    cross_department: Role = Role.CHAIRS_MEETING
    other: Role = Role.DIRECTOR


def is_cross_department(units: tuple[UnitFacts, ...]) -> bool:
    """Say whether two or more departments of the city, or two or more districts, are concerned."""
    departments = {unit.code for unit in units if unit.district is None and unit.kind in CITY_DEPARTMENTS}
    districts = {unit.district for unit in units if unit.district}
    return len(departments) >= 2 or len(districts) >= 2


def approval_role(way: Way, units: tuple[UnitFacts, ...], levels: ApprovalLevels) -> Role:
    """Name the capacity that has to approve a way for these units."""
    if way is Way.ASSIGNMENT:
        return levels.cross_department if is_cross_department(units) else levels.assignment
    return levels.referral if way is Way.REFERRAL else levels.other
