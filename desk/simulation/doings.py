"""What people of the office and of the units do when they come to a case: always what its step asks for."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from desk.simulation.people import CLASSES, MATTERS, WAYS, CityUnit
from desk.simulation.walk import Walk
from models.clock import Clock
from models.dispatch import Dispatch
from models.vocabulary.case import DispatchState, Outcome, PetitionClass, State, Step, Way
from models.vocabulary.limits import ClockState, UrgingWay
from models.vocabulary.papers import DeliveryWay
from models.vocabulary.people import Role
from rules.grounds import REJECTION_GROUNDS
from rules.zone import legal_day
from tasks.casework import closure, feedback, oversight, proposals, screening, shares, suspending
from tasks.casework.awaited import awaited
from tasks.record.cases import Case, dispatches_of

OBJECTING = 0.05
WITHDRAWING = 0.02
APPROVERS = {Role.DIRECTOR: "D01", Role.VICE_CHAIR: "F01", Role.CHAIRS_MEETING: "H01"}


def attend(walk: Walk, case: Case, now: datetime) -> None:
    """Do what a petition or a share needs where it stands."""
    if case.share is not None:
        _at_unit(walk, case, case.share, now)
    elif case.step is not None:
        _at_office(walk, case, case.step, now)


def _at_office(walk: Walk, case: Case, step: Step, now: datetime) -> None:
    session, city = case.session, walk.city
    if step is Step.SCREEN:
        found = screening.Screening(petition_class=city.pick(CLASSES), content_code=city.random.choice(MATTERS))
        screening.screen(case, act=walk.act(session, "Z01", now), found=found)
        walk.go(case.subject, city.soon(now))
    elif step is Step.PROPOSE:
        _propose(walk, case, now)
    elif step is Step.APPROVE:
        _approve(walk, case, now)
    elif step is Step.ANSWER:
        shares.answer_direct(case, act=walk.act(session, "Z02", now), answer="已答复", outcome=Outcome.EXPLAINED)
        walk.go(case.subject, city.soon(now))
    else:
        _finish(walk, case, step, now)


def _finish(walk: Walk, case: Case, step: Step, now: datetime) -> None:
    session, number = case.session, case.subject
    if step is Step.DELIVER:
        given = feedback.Delivery(way=DeliveryWay.IN_PERSON, delivered_on=now.date(), summary="已送达")
        feedback.deliver(case, act=walk.act(session, "Z01", now), delivery=given)
        walk.go(number, walk.city.soon(now))
    elif step is Step.CLOSE:
        closure.close(case, act=walk.act(session, "D01", now), opinion="同意")
        walk.go(number, walk.city.after(now, walk.city.random.uniform(20, 210)))
    elif step is Step.ARCHIVE:
        closure.archive(case, act=walk.act(session, "A01", now))


def _propose(walk: Walk, case: Case, now: datetime) -> None:
    petition, way, chance = case.petition, walk.city.pick(WAYS), walk.city.random
    act = walk.act(case.session, "Z01", now)
    if way is Way.ON_THE_SPOT:
        found = screening.Screening(petition_class=petition.petition_class, content_code=petition.content_code or "")
        screening.answer_on_spot(case, act=act, found=found, answer="当场答复")
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
        proposals.propose(case, act=act, proposal=proposal)
    walk.go(case.subject, walk.city.soon(now))


def _approve(walk: Walk, case: Case, now: datetime) -> None:
    session = case.session
    role = awaited(session, case.petition, Step.APPROVE, today=legal_day(now)).roles[0]
    proposals.approve(case, act=walk.act(session, APPROVERS[role], now), opinion="同意")
    shares = [share for share in dispatches_of(session, case.petition) if share.state is DispatchState.AWAITING_SIGN_IN]
    for share in shares:
        walk.go(case.of(share).subject, walk.city.after(now, walk.city.random.choice((1, 1, 2, 2, 3, 12))))
    if not shares:
        walk.go(case.subject, walk.city.soon(now))


def _at_unit(walk: Walk, case: Case, share: Dispatch, now: datetime) -> None:
    city, unit = walk.city, walk.unit_of(case.session, share)
    liaison = walk.act(case.session, f"L-{unit.code}", now)
    if share.state in (DispatchState.RETURN_REQUESTED, DispatchState.REPORTED):
        _at_unit_for_us(walk, case, now)
    elif share.state is DispatchState.AWAITING_SIGN_IN and not share.objections and city.random.random() < OBJECTING:
        shares.object_to(case, act=liaison, reason="不属于本单位职权")
        walk.go(case.subject, city.soon(now))
    elif share.state is DispatchState.AWAITING_SIGN_IN:
        shares.sign_in(case, act=liaison)
        if share.result_wanted:
            _plan_share(walk, case.subject, unit, now)
    elif share.state is DispatchState.HANDLING:
        told = shares.HandlingReport(text="已办理", outcome=Outcome.EXPLAINED, told="已告知")
        shares.report(case, act=liaison, findings=told)
        walk.go(case.subject, city.soon(now))
    if case.petition.state in (State.CLOSING, State.DELIVERING, State.PROPOSING):
        walk.go(case.whole.subject, city.soon(now))


def _at_unit_for_us(walk: Walk, case: Case, now: datetime) -> None:
    """The unit waits for the office: for a word on its objection, or on its report."""
    session, chance = case.session, walk.city.random.random()
    if case.state is DispatchState.RETURN_REQUESTED:
        upheld, director = chance < 0.5, walk.act(session, "D01", now)
        shares.decide_objection(case, act=director, upheld=upheld, reason="经核实")
        if not upheld:
            walk.go(case.subject, walk.city.after(now, 2))
    else:
        accepted, examiner = chance > 0.08, walk.act(session, "Z02", now)
        shares.examine(case, act=examiner, accepted=accepted, reason="" if accepted else "请补充")
        if not accepted:
            walk.go(case.subject, walk.city.after(now, walk.city.random.uniform(3, 20)))


def _plan_share(walk: Walk, subject: str, unit: CityUnit, now: datetime) -> None:
    """Draw how long a unit takes, and what else happens meanwhile: extensions, urgings, suspensions, notes."""
    city = walk.city
    reported, chance = city.handled(now, unit), city.random.random()
    walk.go(subject, reported)
    days = (reported - now).days
    if chance < WITHDRAWING:
        walk.besides(city.after(now, 6), subject, lambda case, at: _withdraw(walk, case, at))
    elif days > 50 and chance < 0.3:
        walk.besides(city.after(now, 45), subject, lambda case, at: _extend(walk, case, at))
    elif days > 64 and chance < 0.6:
        walk.besides(city.after(now, city.random.uniform(62, 75)), subject, lambda case, at: _urge(walk, case, at))
    elif chance > 0.97:
        walk.besides(city.after(now, 10), subject, lambda case, at: _suspend(walk, case, at))
    if chance > 0.9:
        walk.besides(city.after(now, 5), subject, lambda case, at: _note(walk, case, at))


def _extend(walk: Walk, case: Case, now: datetime) -> None:
    session, share = case.session, case.share
    if share is None or share.state is not DispatchState.HANDLING:
        return
    liaison = walk.act(session, f"L-{walk.unit_of(session, share).code}", now)
    shares.request_extension(case, act=liaison, days=30, approver="负责人", reason="情况复杂")
    shares.decide_extension(case, act=walk.act(session, "D01", now), granted=True, reason="情况复杂")


def _urge(walk: Walk, case: Case, now: datetime) -> None:
    promised, clerk = walk.city.after(now, 6).date(), walk.act(case.session, "Z02", now)
    oversight.urge(case, act=clerk, way=UrgingWay.PHONE, said="询问进度", promised_on=promised)


def _withdraw(walk: Walk, case: Case, now: datetime) -> None:
    closure.withdraw(case.whole, act=walk.act(case.session, "Z01", now), reason="信访人书面撤回")
    walk.go(case.whole.subject, walk.city.after(now, 30))


def _note(walk: Walk, case: Case, now: datetime) -> None:
    oversight.annotate(case.whole, act=walk.act(case.session, "Z01", now), note="家访")


def _suspend(walk: Walk, case: Case, now: datetime) -> None:
    share_id = case.share.id if case.share else None
    query = select(Clock).where(Clock.dispatch_id == share_id, Clock.rule_key == "assign", Clock.state == ClockState.RUNNING)
    clock = case.session.exec(query.order_by(col(Clock.number))).first()
    if clock is None:
        return
    clock_no = clock.number
    director = walk.act(case.session, "D01", now)
    suspending.suspend_clock(case.whole, clock_no, act=director, reason="等待鉴定", basis="虚构依据 第一条")
    walk.besides(walk.city.after(now, 20), case.whole.subject, lambda later, at: _resume(walk, later, clock_no, at))


def _resume(walk: Walk, case: Case, clock_no: int, now: datetime) -> None:
    suspending.resume_clock(case, clock_no, act=walk.act(case.session, "Z01", now), reason="鉴定已出")
