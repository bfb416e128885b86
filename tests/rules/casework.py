"""Situations that satisfy each event's guard, and the questions that several tests ask of the tables."""

from dataclasses import replace
from datetime import date

from models.vocabulary.case import DispatchState, Event, PetitionClass, Relation, Way
from models.vocabulary.people import OrganKind, Role
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import AnyState, Transition
from rules.lifecycle.share import DISPATCH_ROWS
from rules.situation import Situation, UnitSituation

DAY = date(2026, 3, 2)
D, E = DispatchState, Event
PLAIN = Situation(today=DAY, actor_code="F01", registrar_code="Z01", drafter_code="Z01", receipt_on=DAY)
SCREENED = replace(PLAIN, petition_class=PetitionClass.APPEAL, content_code="0101")
REASONED = replace(PLAIN, reason="事实清楚")
ANSWERED = replace(SCREENED, answer="已当面说明政策依据")


def unit(number: int, state: DispatchState | None = None, **more: object) -> UnitSituation:
    known = UnitSituation(code=f"U{number}", name=f"第{number}单位", kind=OrganKind.BUREAU, state=state)
    return replace(known, **more)  # type: ignore[arg-type]


def units(*states: DispatchState, way: Way = Way.ASSIGNMENT) -> Situation:
    return replace(PLAIN, way=way, units=tuple(unit(number, state) for number, state in enumerate(states, start=1)))


SATISFIED: dict[Event, Situation] = {
    E.FLAG_DUPLICATE: replace(PLAIN, duplicates=1),
    E.SCREEN: replace(SCREENED, relation=Relation.FIRST),
    E.ATTACH: replace(PLAIN, parent_number="2026-0001", parent_is_open=True),
    E.ANSWER_ON_SPOT: ANSWERED,
    E.PROPOSE: replace(REASONED, way=Way.ASSIGNMENT, units=(unit(1),)),
    E.APPROVE: replace(REASONED, way=Way.ASSIGNMENT),
    E.REFER: replace(PLAIN, way=Way.REFERRAL),
    E.ASSIGN: replace(PLAIN, way=Way.ASSIGNMENT),
    E.TAKE_DIRECT: replace(PLAIN, way=Way.DIRECT),
    E.REJECT: replace(PLAIN, way=Way.REJECTION),
    E.REFUSE_REPEAT: replace(PLAIN, way=Way.REFUSAL_OF_REPEAT),
    E.FILE_AWAY: replace(PLAIN, way=Way.FILING),
    E.ANSWER_DIRECT: ANSWERED,
    E.OBJECTION_RAISED: units(D.RETURN_REQUESTED, D.HANDLING),
    E.EXTENSION_ASKED: units(D.EXTENSION_REQUESTED, D.HANDLING),
    E.SIGN_IN_AWAITED: units(D.AWAITING_SIGN_IN, D.HANDLING),
    E.REFERRAL_RESUMED: units(D.AWAITING_SIGN_IN, D.RECEIVED, way=Way.REFERRAL),
    E.HANDLING_BEGUN: units(D.HANDLING),
    E.JOINT_HANDLING_BEGUN: units(D.HANDLING, D.HANDLING),
    E.REPORTS_IN: units(D.REPORTED, D.ACCEPTED),
    E.ALL_ACCEPTED: units(D.ACCEPTED, D.ACCEPTED),
    E.REFERRAL_RECEIVED: units(D.RECEIVED),
    E.ALL_RETURNED: units(D.RETURNED),
    E.SUPERVISE: replace(REASONED, ground="shirking"),
    E.SUSPEND_CLOCK: replace(REASONED, ground="信访工作条例 第三十六条第二款", clock_due_on=DAY),
    E.DELIVER: replace(PLAIN, delivered_on=DAY),
    E.REQUEST_REVIEW: replace(PLAIN, review_window_open=True),
    E.CONCLUDE_REVIEW: ANSWERED,
    E.REQUEST_RE_REVIEW: replace(PLAIN, review_window_open=True),
    E.CONCLUDE_RE_REVIEW: ANSWERED,
    E.REQUEST_EXTENSION: replace(REASONED, extension_days=30, extension_cap=30, extension_approver="局长", clock_due_on=DAY),
    E.REPORT: ANSWERED,
}
"""What each guard wants to see; events that are not named here want no more than a reason."""


def satisfying(event: Event, role: Role = Role.SYSTEM) -> Situation:
    return replace(SATISFIED.get(event, REASONED), actor_role=role)


def table_of(state: AnyState) -> tuple[Transition, ...]:
    """Pick the table by the state's type, for members of the two vocabularies compare equal as text."""
    return DISPATCH_ROWS if isinstance(state, DispatchState) else PETITION_ROWS
