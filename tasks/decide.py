"""Deciding: the one way in which a person's answer reaches a petition, from a form, the desk or the demo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Event, State, Step
from models.vocabulary.people import Role
from rules.errors import AnswerRefusedError, TransitionRefusedError
from rules.lifecycle.table import rows_from
from rules.steps import NOT_BY_THE_DRAFTER, WHO_DECIDES, step_of
from rules.zone import SHANGHAI, legal_day
from tasks.casework.awaited import awaited
from tasks.forms import closure, feedback, handling, intake, oversight, routing
from tasks.forms.base import Form, StepForm
from tasks.forms.typed_number import without_number
from tasks.record.act import Act, Actor, Arrival, Who, find_actor
from tasks.record.cases import Case, find_dispatch, find_petition, lock_case, split_subject

FORMS: dict[Step, StepForm] = {
    Step.CORRECT: intake.CORRECT,
    Step.SCREEN: intake.SCREEN,
    Step.PROPOSE: routing.PROPOSE,
    Step.APPROVE: routing.APPROVE,
    Step.ANSWER: handling.ANSWER,
    Step.OVERSEE: oversight.OVERSEE,
    Step.DELIVER: feedback.DELIVER,
    Step.CLOSE: closure.CLOSE,
    Step.ARCHIVE: closure.ARCHIVE,
    Step.REVIEW: closure.REVIEW,
    Step.DETACH: closure.DETACH,
    Step.SIGN_IN: handling.SIGN_IN,
    Step.REPORT: handling.REPORT,
    Step.EXAMINE: handling.EXAMINE,
    Step.DECIDE_OBJECTION: handling.DECIDE_OBJECTION,
    Step.DECIDE_EXTENSION: handling.DECIDE_EXTENSION,
}


NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What a form sends for a field that was left empty."""


@dataclass(frozen=True)
class Place:
    """Where a petition or a share of it stands."""

    petition: Petition
    dispatch: Dispatch | None
    step: Step | None


def find_place(session: Session, subject: str) -> Place:
    """Find a petition (``XF-2026-0001``) or a share of it (``XF-2026-0001/2``) and the step it waits at, to look at."""
    number, position = split_subject(subject)
    petition = find_petition(session, number)
    dispatch = find_dispatch(session, petition, position) if position is not None else None
    return Place(petition, dispatch, step_of(dispatch.state if dispatch else petition.state))


def decide(session: Session, subject: str, step: Step, answer: dict[str, Any], who: Who, arrival: Arrival) -> bool:
    """Apply a person's answer to a step, in the transaction of the session; who that is, the caller knows (ADR 0021).

    Says whether anything was changed: an answer with a ``decision_key`` that was applied before is not
    applied again. Raises a ``CaseworkError`` in the office's words when the answer cannot be taken.
    """
    case = lock_case(session, subject)
    key, as_of = arrival.decision_key, arrival.as_of
    if key and session.exec(select(CaseEvent.id).where(CaseEvent.decision_key == key)).first():
        return False
    _check_step(case, step)
    form = read_form(step, without_number(answer, who))
    actor = _actor(case, step, form, who, as_of)
    act = Act(actor=actor, as_of=as_of, occurred_at=form.happened_at(as_of), decision_key=key, origin=arrival.origin)
    FORMS[step].apply(case, form, act)
    return True


def read_form(step: Step, answer: dict[str, Any]) -> Form:
    """Read an answer into the step's form; raises ``AnswerRefusedError`` that names each wrong field in Chinese.

    An answer may have been typed into the form of an earlier version. What the form no longer asks for is refused
    when something was written there, so that nothing that somebody typed vanishes unseen.
    """
    form = FORMS[step].form
    if gone := [name for name, value in answer.items() if name not in form.model_fields and value not in NOTHING]:
        raise AnswerRefusedError(
            f"表单“{step.label}”现在没有“{'”“'.join(gone)}”这一项（表单可能已更新），所填内容没有采用，请按现在的表单重新填写"
        )
    try:
        return form.model_validate(answer)
    except ValidationError as error:
        problems = []
        for found in error.errors(include_url=False, include_input=False, include_context=False):
            name = str(found["loc"][0]) if found["loc"] else ""
            title = form.model_fields[name].title if name in form.model_fields else name
            said = found["msg"].removeprefix("Value error, ")
            plain = "请填写" if found["type"] == "missing" else "填写不正确"
            problems.append(f"{title}：{said if _is_chinese(said) else plain}")
        raise AnswerRefusedError("；".join(problems)) from None


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _check_step(case: Case, step: Step) -> None:
    if case.step is step:
        return
    before = _when_decided(case, step)
    now = case.step.label if case.step else case.state.label
    if before is None:
        raise TransitionRefusedError(f"该信访件当前为“{now}”，不能办理“{step.label}”")
    when = before.recorded_at.astimezone(SHANGHAI)
    raise TransitionRefusedError(
        f"“{step.label}”这一步已经办过（{when:%Y-%m-%d %H:%M}，{before.event.label}，工号 {before.actor_code}），当前为“{now}”"
    )


def _when_decided(case: Case, step: Step) -> CaseEvent | None:
    """Find the newest event by which a person left this step."""
    kind = DispatchState if case.share else State
    sources = [state.value for state in kind if step_of(state) is step]
    query = (
        select(CaseEvent)
        .where(CaseEvent.petition_id == case.petition.id, CaseEvent.actor_role != Role.SYSTEM)
        .where(CaseEvent.dispatch_id == (case.share.id if case.share else None))
        .where(col(CaseEvent.source).in_(sources), CaseEvent.source != CaseEvent.target)
        .order_by(col(CaseEvent.seq).desc())
        .limit(1)
    )
    return case.session.exec(query).first()


def _actor(case: Case, step: Step, form: Form, who: Who, as_of: datetime) -> Actor:
    roles = WHO_DECIDES[step]
    organ = case.share.organ_id if case.share and Role.LIAISON in roles else None
    wanted = FORMS[step].event(form)
    if wanted is not None:
        able = tuple(
            role for row in rows_from(case.state) if row.event is wanted for role in row.roles if role is not Role.SYSTEM
        )
        roles = (*able, *(role for role in roles if role not in able))
    on = legal_day(as_of)
    known = awaited(case.session, case.petition, step, today=on)
    if step in NOT_BY_THE_DRAFTER:  # who signs acts in the rank that is needed; the guard tells the other ranks why not they
        roles = tuple(dict.fromkeys((*known.roles, *roles)))
    named = known.text if wanted in (None, Event.APPROVE) else ""
    return find_actor(case.session, who, roles=roles, on=on, organ_id=organ, named=named)
