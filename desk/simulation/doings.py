"""What people of the office and of the units do when they come to a case: always what its step asks for."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from desk.simulation.people import CLASSES, MATTERS, WAYS, Unit
from desk.simulation.walk import Walk
from models.clock import Clock
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Outcome, PetitionClass, State, Step, Way
from models.vocabulary.limits import ClockState, UrgingWay
from models.vocabulary.papers import DeliveryWay
from models.vocabulary.people import Role
from rules.grounds import REJECTION_GROUNDS
from tasks.casework import closure, intake, oversight, proposals, shares, suspending
from tasks.decide import Place
from tasks.record.cases import dispatches_of

OBJECTING = 0.05
WITHDRAWING = 0.02
APPROVERS = {Role.DIRECTOR: "D01", Role.VICE_CHAIR: "F01", Role.CHAIRS_MEETING: "H01"}


def attend(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    """Do what a petition or a share needs where it stands."""
    if place.dispatch is not None:
        _at_unit(walk, session, place.petition, place.dispatch, now)
    elif place.step is not None:
        _at_office(walk, session, place.petition, place.step, now)


def _at_office(walk: Walk, session: Session, petition: Petition, step: Step, now: datetime) -> None:
    number, city = str(petition.number), walk.city
    if step is Step.SCREEN:
        found = intake.Screening(petition_class=city.pick(CLASSES), content_code=city.random.choice(MATTERS))
        intake.screen(session, number, act=walk.act(session, "Z01", now), found=found)
        walk.go(number, city.soon(now))
    elif step is Step.PROPOSE:
        _propose(walk, session, petition, now)
    elif step is Step.APPROVE:
        _approve(walk, session, petition, now)
    elif step is Step.ANSWER:
        shares.answer_direct(session, number, act=walk.act(session, "Z02", now), answer="已答复", outcome=Outcome.EXPLAINED)
        walk.go(number, city.soon(now))
    else:
        _finish(walk, session, number, step, now)


def _finish(walk: Walk, session: Session, number: str, step: Step, now: datetime) -> None:
    if step is Step.DELIVER:
        given = closure.Delivery(way=DeliveryWay.IN_PERSON, delivered_on=now.date(), summary="已送达")
        closure.deliver(session, number, act=walk.act(session, "Z01", now), delivery=given)
        walk.go(number, walk.city.soon(now))
    elif step is Step.CLOSE:
        closure.close(session, number, act=walk.act(session, "D01", now), opinion="同意")
        walk.go(number, walk.city.after(now, walk.city.random.uniform(20, 210)))
    elif step is Step.ARCHIVE:
        closure.archive(session, number, act=walk.act(session, "A01", now))


def _propose(walk: Walk, session: Session, petition: Petition, now: datetime) -> None:
    number, way, chance = str(petition.number), walk.city.pick(WAYS), walk.city.random
    act = walk.act(session, "Z01", now)
    if way is Way.ON_THE_SPOT:
        found = intake.Screening(petition_class=petition.petition_class, content_code=petition.content_code or "")
        intake.answer_on_spot(session, number, act=act, found=found, answer="当场答复")
    else:
        sent = way in (Way.REFERRAL, Way.ASSIGNMENT)
        units = [unit.code for unit in chance.sample(walk.city.units, chance.choice((1, 1, 1, 2, 3)))] if sent else []
        limited = sent and petition.petition_class is not PetitionClass.APPEAL and chance.random() < 0.5
        proposal = proposals.Proposal(
            way=way,
            opinion="拟办",
            ground=REJECTION_GROUNDS[0].code if way is Way.REJECTION else "",
            lead="".join(units[:1]),
            co_handling=tuple(units[1:]),
            limit_on=now.date() + timedelta(days=45) if limited else None,
        )
        proposals.propose(session, number, act=act, proposal=proposal)
    walk.go(number, walk.city.soon(now))


def _approve(walk: Walk, session: Session, petition: Petition, now: datetime) -> None:
    number = str(petition.number)
    role = proposals.needed_approver(session, petition, walk.act(session, "D01", now))
    proposals.approve(session, number, act=walk.act(session, APPROVERS[role], now), opinion="同意")
    shares = [share for share in dispatches_of(session, petition) if share.state is DispatchState.AWAITING_SIGN_IN]
    for share in shares:
        walk.go(f"{number}/{share.position}", walk.city.after(now, walk.city.random.choice((1, 1, 2, 2, 3, 12))))
    if not shares:
        walk.go(number, walk.city.soon(now))


def _at_unit(walk: Walk, session: Session, petition: Petition, share: Dispatch, now: datetime) -> None:
    number, position, city = str(petition.number), share.position, walk.city
    unit = walk.unit_of(session, share)
    liaison = walk.act(session, f"L-{unit.code}", now)
    if share.state in (DispatchState.RETURN_REQUESTED, DispatchState.REPORTED):
        _at_unit_for_us(walk, session, petition, share, now)
    elif share.state is DispatchState.AWAITING_SIGN_IN and not share.objections and city.random.random() < OBJECTING:
        shares.object_to(session, number, position, act=liaison, reason="不属于本单位职权")
        walk.go(f"{number}/{position}", city.soon(now))
    elif share.state is DispatchState.AWAITING_SIGN_IN:
        shares.sign_in(session, number, position, act=liaison)
        if share.result_wanted:
            _plan_share(walk, f"{number}/{position}", unit, now)
    elif share.state is DispatchState.HANDLING:
        told = shares.HandlingReport(text="已办理", outcome=Outcome.EXPLAINED, told="已告知")
        shares.report(session, number, position, act=liaison, findings=told)
        walk.go(f"{number}/{position}", city.soon(now))
    if petition.state in (State.CLOSING, State.DELIVERING, State.PROPOSING):
        walk.go(number, city.soon(now))


def _at_unit_for_us(walk: Walk, session: Session, petition: Petition, share: Dispatch, now: datetime) -> None:
    """The unit waits for the office: for a word on its objection, or on its report."""
    number, position, chance = str(petition.number), share.position, walk.city.random.random()
    if share.state is DispatchState.RETURN_REQUESTED:
        upheld, director = chance < 0.5, walk.act(session, "D01", now)
        shares.decide_objection(session, number, position, act=director, upheld=upheld, reason="经核实")
        if not upheld:
            walk.go(f"{number}/{position}", walk.city.after(now, 2))
    else:
        accepted, examiner = chance > 0.08, walk.act(session, "Z02", now)
        shares.examine(session, number, position, act=examiner, accepted=accepted, reason="" if accepted else "请补充")
        if not accepted:
            walk.go(f"{number}/{position}", walk.city.after(now, walk.city.random.uniform(3, 20)))


def _plan_share(walk: Walk, subject: str, unit: Unit, now: datetime) -> None:
    """Draw how long a unit takes, and what else happens meanwhile: extensions, urgings, suspensions, notes."""
    city = walk.city
    reported, chance = city.handled(now, unit), city.random.random()
    walk.go(subject, reported)
    days = (reported - now).days
    if chance < WITHDRAWING:
        walk.besides(city.after(now, 6), subject, lambda session, place, at: _withdraw(walk, session, place, at))
    elif days > 50 and chance < 0.3:
        walk.besides(city.after(now, 45), subject, lambda session, place, at: _extend(walk, session, place, at))
    elif days > 64 and chance < 0.6:
        walk.besides(
            city.after(now, city.random.uniform(62, 75)), subject, lambda session, place, at: _urge(walk, session, place, at)
        )
    elif chance > 0.97:
        walk.besides(city.after(now, 10), subject, lambda session, place, at: _suspend(walk, session, place, at))
    if chance > 0.9:
        walk.besides(city.after(now, 5), subject, lambda session, place, at: _note(walk, session, place, at))


def _extend(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    share = place.dispatch
    if share is None or share.state is not DispatchState.HANDLING:
        return
    number, liaison = str(place.petition.number), walk.act(session, f"L-{walk.unit_of(session, share).code}", now)
    shares.request_extension(session, number, share.position, act=liaison, days=30, approver="负责人", reason="情况复杂")
    shares.decide_extension(session, number, share.position, act=walk.act(session, "D01", now), granted=True, reason="情况复杂")


def _urge(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    position = place.dispatch.position if place.dispatch else 0
    promised, clerk = walk.city.after(now, 6).date(), walk.act(session, "Z02", now)
    oversight.urge(
        session, str(place.petition.number), position, act=clerk, way=UrgingWay.PHONE, said="询问进度", promised_on=promised
    )


def _withdraw(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    number = str(place.petition.number)
    closure.withdraw(session, number, act=walk.act(session, "Z01", now), reason="信访人书面撤回")
    walk.go(number, walk.city.after(now, 30))


def _note(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    oversight.annotate(session, str(place.petition.number), act=walk.act(session, "Z01", now), note="家访")


def _suspend(walk: Walk, session: Session, place: Place, now: datetime) -> None:
    share_id = place.dispatch.id if place.dispatch else None
    query = select(Clock).where(Clock.dispatch_id == share_id, Clock.rule_key == "assign", Clock.state == ClockState.RUNNING)
    clock = session.exec(query.order_by(col(Clock.number))).first()
    if clock is None:
        return
    number, clock_no = str(place.petition.number), clock.number
    director = walk.act(session, "D01", now)
    suspending.suspend_clock(session, number, clock_no, act=director, reason="等待鉴定", basis="虚构依据 第一条")
    walk.besides(walk.city.after(now, 20), number, lambda later, _place, at: _resume(walk, later, number, clock_no, at))


def _resume(walk: Walk, session: Session, number: str, clock_no: int, now: datetime) -> None:
    suspending.resume_clock(session, number, clock_no, act=walk.act(session, "Z01", now), reason="鉴定已出")
