"""Who is awaited: at a step, those who may decide it, in which capacity, and who of them may not."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, or_, select

from models.officer import Officer, OfficerRole
from models.petition import Petition
from models.vocabulary.case import Step, Way
from models.vocabulary.people import Role
from rules.routing import STANDS_IN, ApprovalLevels, approval_role
from rules.situation import UnitSituation
from rules.steps import NOT_BY_THE_DRAFTER, WHO_DECIDES
from tasks.keeping.settings import settings
from tasks.record.organs import find_organ
from tasks.record.situation import unit_situation


@dataclass(frozen=True)
class Awaited:
    """The capacities in which a step may be decided; ``barred`` is the work number of the drafter who has one of them."""

    roles: tuple[Role, ...]
    barred: str = ""

    @property
    def text(self) -> str:
        """Those who may decide, as forms and refusals name them."""
        names = "、".join(role.label for role in self.roles)
        return f"{names}（拟办人 {self.barred} 除外）" if self.barred else names


def awaited(session: Session, petition: Petition, step: Step, *, today: date) -> Awaited:
    """Say who may decide a petition's step: of those who approve, only the rank that the proposed way needs.

    Where nobody but the drafter has the rank, the next rank signs in its stead.
    """
    roles = (_needed_approver(session, petition, today),) if step is Step.APPROVE else WHO_DECIDES[step]
    if step not in NOT_BY_THE_DRAFTER:
        return Awaited(roles)
    barred = _drafter_among(session, petition, roles)
    while barred and (above := STANDS_IN.get(roles[0])) and not _others_hold(session, roles[0], barred, today):
        roles = (above,)
        barred = _drafter_among(session, petition, roles)
    return Awaited(roles, barred)


def _drafter_among(session: Session, petition: Petition, roles: tuple[Role, ...]) -> str:
    """The drafter's work number where he or she has one of the roles; empty otherwise."""
    query = (
        select(Officer.code)
        .join(OfficerRole, col(OfficerRole.officer_id) == col(Officer.id))
        .where(Officer.code == petition.drafter_code, col(OfficerRole.role).in_(roles))
    )
    return session.exec(query).first() or ""


def _others_hold(session: Session, role: Role, drafter: str, today: date) -> bool:
    """Say whether somebody else who is in office that day has a role."""
    query = (
        select(Officer.id)
        .join(OfficerRole, col(OfficerRole.officer_id) == col(Officer.id))
        .where(OfficerRole.role == role, Officer.code != drafter, Officer.active_from <= today)
        .where(or_(col(Officer.active_until).is_(None), col(Officer.active_until) > today))
    )
    return session.exec(query).first() is not None


def _needed_approver(session: Session, petition: Petition, today: date) -> Role:
    """Name the capacity that has to approve the petition's proposal."""
    chosen = settings()
    levels = ApprovalLevels(
        referral=chosen.referral_approver,
        assignment=chosen.assignment_approver,
        cross_department=chosen.cross_department_approver,
        other=chosen.other_approver,
    )
    return approval_role(petition.way or Way.FILING, _proposed_units(session, petition, today), levels)


def _proposed_units(session: Session, petition: Petition, today: date) -> tuple[UnitSituation, ...]:
    return tuple(unit_situation(find_organ(session, code), today) for code in petition.proposal.get("units", []))
