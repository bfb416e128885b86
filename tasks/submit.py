"""Registering from the intake form: the paper is safe before anything is checked."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from pydantic import ValidationError
from sqlmodel import Session, select

from models.officer import Officer
from models.vocabulary.case import Flag, State
from models.vocabulary.people import Role
from rules.errors import AnswerRefusedError, CaseworkError
from rules.lifecycle.row import CLERKS
from rules.zone import legal_day
from tasks.casework.drafts import Registration, open_draft, register
from tasks.forms.base import read_date, read_words
from tasks.forms.registration import IntakeForm
from tasks.forms.typed_number import FilledIn, take_number, without_number
from tasks.keeping.database import database
from tasks.limits.clocks import start_clock
from tasks.record.act import SYSTEM, Act, Actor, Who, find_actor
from tasks.record.cases import Case, draft_mark, lock_case
from tasks.record.organs import find_organ
from tasks.runs.bookmarks import bookmark_of, set_refusal


def read_intake(given: FilledIn, who: Who, *, today: date) -> tuple[IntakeForm, str]:
    """Read what somebody filled in, and say in Chinese what could not be read; unreadable fields fall back to nothing.

    A receipt date that cannot be read becomes ``today``, so that the paper can be put on file and corrected; so can
    one that another's work number was typed into.
    """
    problem = ""
    try:
        answer = without_number(given, who)
    except AnswerRefusedError as refused:
        problem, answer = str(refused), take_number(given)[1]
    try:
        return IntakeForm.model_validate(answer), problem
    except ValidationError as error:
        wrong = sorted({str(found["loc"][0]) for found in error.errors(include_input=False, include_url=False)})
    titles = "、".join(str(IntakeForm.model_fields[name].title) for name in wrong)
    readable = {name: value for name, value in answer.items() if name not in wrong}
    unreadable = f"以下各项填写不正确：{titles}"
    return IntakeForm.model_validate({"receipt_on": today} | readable), "；".join(filter(None, (unreadable, problem)))


def put_on_file(form: IntakeForm, who: Who, *, key: str, as_of: datetime, problem: str = "") -> str:
    """Seal the content of somebody's form into a draft and name it; the same key finds the same draft again.

    A field that cannot be read (a date, a mark, a unit) is left out of the draft and named in the
    bookmark's refusal, so that a person corrects it: the paper itself is never lost.
    """
    # Nobody has been recognised yet: a work number that exists is kept, so that its bearer cannot void alone.
    with database().write() as session:
        known = session.exec(select(Officer.code).where(Officer.code == who.code)).first()
        act = Act(actor=Actor(code=known or SYSTEM.code, role=Role.SYSTEM), as_of=as_of)
        try:
            with session.begin_nested():
                petition = open_draft(session, form.registration(), key=key, act=act)
        except CaseworkError as refused:
            problem = str(refused)
            petition = open_draft(session, _readable_part(session, form), key=key, act=act)
        session.flush()
        draft = draft_mark(petition.id)
        if problem and petition.state is State.DRAFT:
            _await_correction(lock_case(session, draft), problem, as_of=as_of)
        return draft


def _await_correction(case: Case, reason: str, *, as_of: datetime) -> None:
    """Keep why a paper could not be registered, and start the limit that keeps it from being forgotten."""
    set_refusal(bookmark_of(case.session, case.subject, as_of=as_of), reason)
    start_clock(case.session, case.petition, "register", act=Act(actor=SYSTEM, as_of=as_of), dispatch=None)


def _readable_part(session: Session, form: IntakeForm) -> Registration:
    """Leave out, of the fields that need reading, only those that cannot be read."""
    readers: dict[str, Callable[[str], object]] = {
        "postmark_on": read_date,
        "upstream_due_on": read_date,
        "flags": partial(read_words, Flag),
        "accused_unit": partial(find_organ, session),
    }
    return form.model_copy(
        update={name: "" for name, read in readers.items() if not _reads(read, getattr(form, name))}
    ).registration()


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        return not text or read(text) is not None
    except CaseworkError:
        return False


def try_to_register(draft: str, form: IntakeForm, who: Who, *, as_of: datetime) -> str | None:
    """Register a draft in the name of the officer who filled in its form; returns its number.

    Returns nothing when the rules refuse; the reason is then shown on the form that asks for a correction.
    """
    try:
        with database().write() as session:
            case = lock_case(session, draft)
            bookmark = bookmark_of(session, draft, as_of=as_of)
            if case.state is not State.DRAFT:
                return case.petition.number
            if bookmark.refusal_sealed:
                return None
            actor = find_actor(session, who, roles=CLERKS, on=legal_day(as_of))
            act = Act(actor=actor, as_of=as_of, occurred_at=form.happened_at(as_of))
            register(case, act=act)
            return case.subject
    except CaseworkError as refused:
        with database().write() as session:
            _await_correction(lock_case(session, draft), str(refused), as_of=as_of)
        return None
