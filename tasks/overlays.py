"""Overlays: urging, supervising, convening and noting; they never change a state or move a clock."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.urging import Supervision, Urging
from models.vocabulary import Event, UrgingWay
from rules.errors import TransitionRefusedError
from rules.grounds import SUPERVISION_GROUNDS, find_ground
from rules.lifecycle import FINISHED_UNITS
from tasks.act import Act
from tasks.cases import find_dispatch, find_petition
from tasks.letters import TO_POSITIONS, chinese_date
from tasks.serials import letter_number
from tasks.settings import settings
from tasks.transitions import advance
from tasks.vault import vault


def urge(
    session: Session, number: str, position: int, *, act: Act, way: UrgingWay, said: str, promised_on: date | None = None
) -> Urging:
    """Urge a unit by phone or letter: who was asked, what was said, and for when an answer was promised."""
    petition, share = _load(session, number, position)
    facts = {"position": position, "way": way.value, "promised_on": promised_on.isoformat() if promised_on else None}
    written = [position] if way is UrgingWay.LETTER else []
    advance(
        session, petition, Event.URGE, act=act, asked={"reason": said}, facts=facts, note=said,
        letter_facts={TO_POSITIONS: written, "reason": said},
    )
    urging = Urging(
        petition_id=share.petition_id, dispatch_id=share.id, way=way, urged_on=act.happened_on, promised_on=promised_on,
        note_sealed=vault().seal(said),
    )
    session.add(urging)
    return urging


def supervise(session: Session, number: str, position: int, *, act: Act, ground: str, demand: str) -> Supervision:
    """Supervise a unit on a ground of Art. 40, with a demand and a day by which it has to answer in writing."""
    petition, share = _load(session, number, position)
    known = find_ground(SUPERVISION_GROUNDS, ground)
    reply_due = act.happened_on + timedelta(days=settings().supervision_reply_days)
    letter_no = letter_number(session, "督", act.happened_on)
    words: dict[str, Any] = {
        TO_POSITIONS: [position], "ground": known.wording if known else "", "reason": demand, "letter_no": letter_no,
        "reply_due_on": chinese_date(reply_due),
    }
    facts = {"position": position, "ground": known.code if known else None, "reply_due_on": reply_due.isoformat()}
    advance(
        session, petition, Event.SUPERVISE, act=act, asked={"ground": words["ground"], "reason": demand}, facts=facts,
        note=demand, letter_facts=words,
    )
    supervision = Supervision(
        petition_id=share.petition_id, dispatch_id=share.id, letter_no=letter_no, ground=known.code if known else "",
        supervised_on=act.happened_on, reply_due_on=reply_due, note_sealed=vault().seal(demand),
    )
    session.add(supervision)
    return supervision


def convene(session: Session, number: str, *, act: Act, meeting: str, deputies: int = 0, representatives: int = 0) -> CaseEvent:
    """Convene the units (联席会、协调会、碰头会), with deputies and the petitioners' representatives if they come."""
    petition = find_petition(session, number, lock=True)
    facts = {"deputies": deputies, "representatives": representatives}
    return advance(
        session, petition, Event.CONVENE, act=act, asked={"reason": meeting, "representatives": representatives}, facts=facts, note=meeting,
        letter_facts={"meeting": meeting},
    )


def annotate(session: Session, number: str, *, act: Act, note: str) -> CaseEvent:
    """Put a handling record on file: a home visit, a call, a conference."""
    petition = find_petition(session, number, lock=True)
    return advance(session, petition, Event.ANNOTATE, act=act, asked={"reason": note}, note=note)


def disclose(session: Session, number: str, *, act: Act, reason: str) -> list[dict[str, str]]:
    """Show the people in clear text; who looked and why goes on record first (个保法 第五十一条)."""
    petition = find_petition(session, number, lock=True)
    advance(session, petition, Event.DISCLOSE, act=act, asked={"reason": reason}, note=reason)
    query = (
        select(Petitioner).join(Party, col(Party.petitioner_id) == col(Petitioner.id))
        .where(Party.petition_id == petition.id).order_by(col(Party.position))
    )
    return [
        {field: _opened(getattr(person, f"{field}_sealed")) for field in ("name", "id_number", "phone", "address", "email")}
        for person in session.exec(query)
    ]


def _opened(sealed: str | None) -> str:
    return vault().open(sealed) if sealed else ""


def _load(session: Session, number: str, position: int) -> tuple[Petition, Dispatch]:
    petition = find_petition(session, number, lock=True)
    share = find_dispatch(session, petition, position)
    if share.state in FINISHED_UNITS:
        raise TransitionRefusedError(f"第 {position} 号派件的状态为“{share.state.label}”，不需要再催办、督办")
    return petition, share
