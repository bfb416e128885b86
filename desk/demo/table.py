"""The table at the end of the demonstration."""

from typing import Any

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.petition import Petition
from models.vocabulary.case import Event, State
from rules.lifecycle.stages import STAGES
from tasks.record.cases import dispatches_of, find_petition


def outcome_rows(session: Session, numbers: list[str]) -> list[dict[str, Any]]:
    """Tell for each petition which stages it passed, how many units, how long it took, and how it ended."""
    return [_row(session, find_petition(session, number)) for number in numbers]


def _row(session: Session, petition: Petition) -> dict[str, Any]:
    query = select(CaseEvent).where(CaseEvent.petition_id == petition.id, col(CaseEvent.dispatch_id).is_(None))
    events = list(session.exec(query.order_by(col(CaseEvent.seq))))
    stages = dict.fromkeys(STAGES[State(event.target)].label for event in events if event.target)
    return {
        "编号": petition.number,
        "事由": petition.title,
        "经过": "→".join(stages),
        "单位": len(dispatches_of(session, petition)),
        "用时": _took(events),
        "结论": petition.outcome.label if petition.outcome else "",
        "化解": petition.settlement.label if petition.settlement else "",
        "状态": petition.state.label,
    }


def _took(events: list[CaseEvent]) -> str:
    closed = next((event for event in events if event.event is Event.CLOSE), events[-1])
    took = closed.occurred_at - events[0].occurred_at
    return f"{took.days} 天" if took.days else f"{took.seconds // 60} 分钟"
