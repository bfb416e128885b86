"""Reviews: what the petitioner asks of a higher organ, what came of it, and what is final."""

from models.case_event import CaseEvent
from models.vocabulary.case import Event
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.situation import running_clock
from tasks.transitions import Change, advance


def request_review(case: Case, *, act: Act, again: bool = False) -> CaseEvent:
    """Note that the petitioner asked a higher organ for a review (or a re-review) within the 30 days."""
    event, key = (Event.REQUEST_RE_REVIEW, "re_review_request") if again else (Event.REQUEST_REVIEW, "review_request")
    clock = running_clock(case, key)
    return advance(case, Change(event, asked={"review_window_open": bool(clock and act.happened_on <= clock.due_on)}), act)


def conclude_review(case: Case, *, act: Act, result: str, again: bool = False) -> CaseEvent:
    """Put the result of a review (or re-review) on file."""
    event = Event.CONCLUDE_RE_REVIEW if again else Event.CONCLUDE_REVIEW
    return advance(case, Change(event, asked={"answer": result}, note=result), act)


def finalize(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Mark a petition final: no request in time, or legally ended."""
    return advance(case, Change(Event.FINALIZE, asked={"reason": reason}, note=reason), act)
