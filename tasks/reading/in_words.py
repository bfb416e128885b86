"""What an event says beyond its name and its text: the codes, dates and counts that it keeps, in the office's words."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import Session, select

from models.case_event import CaseEvent
from models.organ import Organ
from models.vocabulary.case import Event, Outcome, Settlement, Way
from models.vocabulary.papers import DeliveryWay
from rules.grounds import REJECTION_GROUNDS, find_ground

LATE = "已超过五个工作日"
"""Of an objection; 条例 第二十三条第三款 gives a unit five working days from the day on which it received the matter."""

EventFacts = dict[str, Any]


def in_words(session: Session, event: CaseEvent) -> str:
    """Say in one line what an event decided or asked for; empty where its name says all there is."""
    say = WORDS.get(event.event)
    return "；".join(say(session, event.facts)) if say else ""


def is_late(event: CaseEvent) -> bool:
    """Say whether an event is an objection that came after its five working days."""
    return event.event is Event.OBJECT and bool(event.facts.get("late"))


def _proposed(session: Session, kept: EventFacts) -> Iterator[str]:
    yield f"办理方式：{Way(kept['way']).label}"
    if units := kept.get("units"):
        names = dict(session.exec(select(Organ.code, Organ.name)).all())
        lead, *others = [names.get(code, code) for code in units]
        yield f"主办单位：{lead}"
        if others:
            yield f"协办单位：{'、'.join(others)}"
    if kept.get("limit_on"):
        yield f"办结期限：{kept['limit_on']}"
    if ground := find_ground(REJECTION_GROUNDS, str(kept.get("ground") or "")):
        yield f"理由：{ground.wording}（{ground.article}）"


def _objected(_session: Session, kept: EventFacts) -> Iterator[str]:
    if (times := kept.get("times", 1)) > 1:
        yield f"第 {times} 次提出"
    if kept.get("late"):
        yield LATE


def _more_days(_session: Session, kept: EventFacts) -> Iterator[str]:
    yield f"申请延长 {kept.get('days', 0)} 日"


def _granted(_session: Session, kept: EventFacts) -> Iterator[str]:
    yield f"延长 {kept.get('days', 0)} 日，由 {kept.get('before') or '？'} 延至 {kept.get('after') or '？'}"


def _concluded(_session: Session, kept: EventFacts) -> Iterator[str]:
    if kept.get("outcome"):
        yield f"结论：{Outcome(kept['outcome']).label}"
    if kept.get("settlement"):
        yield f"化解：{Settlement(kept['settlement']).label}"


def _failed(_session: Session, kept: EventFacts) -> Iterator[str]:
    if kept.get("failed"):
        yield f"未通过：{'、'.join(kept['failed'])}"


def _delivered(session: Session, kept: EventFacts) -> Iterator[str]:
    yield f"送达方式：{DeliveryWay(kept['way']).label}"
    if kept.get("delivered_on"):
        yield f"送达日期：{kept['delivered_on']}"
    yield from _concluded(session, {"settlement": kept.get("settlement")})


WORDS: dict[Event, Callable[[Session, EventFacts], Iterator[str]]] = {
    Event.PROPOSE: _proposed,
    Event.OBJECT: _objected,
    Event.REQUEST_EXTENSION: _more_days,
    Event.GRANT_EXTENSION: _granted,
    Event.REPORT: _concluded,
    Event.ANSWER_DIRECT: _concluded,
    Event.CLOSE: _concluded,
    Event.REDO: _failed,
    Event.DELIVER: _delivered,
}
