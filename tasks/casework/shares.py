"""Handling: what a unit does with its share, and what the office answers to it."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from models.case_event import CaseEvent
from models.clock import Clock
from models.vocabulary.case import Event, Outcome
from models.vocabulary.limits import ClockState
from models.vocabulary.people import UnitRole
from rules.errors import TransitionRefusedError
from rules.lifecycle.share import FINISHED_UNITS, GONE_UNITS
from rules.zone import iso_day
from tasks.letters.queueing import shown_due
from tasks.limits.clocks import extend_clock, extension_cap
from tasks.record.act import Act
from tasks.record.cases import Case, clocks_of, dispatches_of
from tasks.record.columns import RowChange
from tasks.record.situation import running_clock
from tasks.transitions import Change, advance


def sign_in(case: Case, *, act: Act) -> CaseEvent:
    """Sign for the papers; of an assignment the handling limit runs from here."""
    share = case.required_share()
    event = Event.SIGN_IN if share.result_wanted else Event.SIGN_IN_REFERRAL
    return advance(case, Change(event, columns={"signed_in_on": share.signed_in_on or act.happened_on}), act)


def object_to(case: Case, *, act: Act, reason: str, suggested: str = "") -> CaseEvent:
    """Object to a share with reasons; an objection after five working days is marked late (条例 第二十三条第三款)."""
    share = case.required_share()
    clock = running_clock(case, "objection")
    # Whoever was overruled had its five working days: a second objection is always late.
    late = share.objections > 0 or bool(clock and act.happened_on > clock.due_on)
    change = Change(
        Event.OBJECT,
        asked={"reason": reason},
        columns={"objections": share.objections + 1, "signed_in_on": share.signed_in_on or act.happened_on},
        record={"late": late, "times": share.objections + 1},
        note=f"{reason}\n建议转：{suggested}" if suggested else reason,
        words={"reason": reason},
    )
    return advance(case, change, act)


def decide_objection(case: Case, *, act: Act, upheld: bool, reason: str) -> CaseEvent:
    """Agree to take a share back, or send it back with the same due date."""
    event = Event.UPHOLD_OBJECTION if upheld else Event.OVERRULE_OBJECTION
    passed_on = _lead_passed_on(case) if upheld else ()
    change = Change(event, asked={"reason": reason}, also=passed_on, note=reason, words={"reason": reason})
    return advance(case, change, act)


def _lead_passed_on(case: Case) -> tuple[RowChange, ...]:
    """When the lead unit gives its share back, the next one at work takes the lead, and with it speaks for the outcome."""
    petition, share = case.petition, case.required_share()
    others = [other for other in dispatches_of(case.session, petition) if other.id != share.id and other.state not in GONE_UNITS]
    if share.role is not UnitRole.LEAD or not others:
        return ()
    lead = others[0]
    spoken = {"outcome": _reported_outcome(case.of(lead))} if lead.accepted_on else {}
    return (
        RowChange(share, {"role": UnitRole.CO_HANDLING}),
        RowChange(lead, {"role": UnitRole.LEAD}),
        RowChange(petition, {"lead_organ_id": lead.organ_id} | spoken),
    )


def request_extension(case: Case, *, act: Act, days: int, approver: str, reason: str) -> CaseEvent:
    """Ask for more calendar days: once, before expiry, approved by the handling organ's head (条例 第三十四条)."""
    clock = _limit_to_extend(case)
    asked = {
        "reason": reason,
        "extension_days": days,
        "extension_approver": approver,
        "extensions_before": case.required_share().extensions,
        "extension_cap": extension_cap(case.petition, "assign"),
        "clock_due_on": clock.due_on if clock else None,
    }
    change = Change(Event.REQUEST_EXTENSION, asked=asked, record={"days": days}, note=f"批准人：{approver}\n{reason}")
    return advance(case, change, act)


def decide_extension(case: Case, *, act: Act, granted: bool, reason: str) -> CaseEvent:
    """Consent to an extension, which moves the due date and is told to the petitioner, or refuse it."""
    if not granted:
        refusal = Change(Event.REFUSE_EXTENSION, asked={"reason": reason}, note=reason, words={"reason": reason})
        return advance(case, refusal, act)
    days = int(_newest(case, Event.REQUEST_EXTENSION).get("days", 0))
    clock = _limit_to_extend(case)
    before = clock.due_on if clock else None
    if clock is not None:
        clock = extend_clock(case.session, clock, case.petition, days, act=act)
    due = clock.due_on if clock else None
    change = Change(
        Event.GRANT_EXTENSION,
        columns={"extensions": case.required_share().extensions + 1},
        record={"days": days, "before": iso_day(before), "after": iso_day(due)},
        note=reason,
        words={"extension_due_on": shown_due(clock) if clock else "", "reason": reason},
    )
    return advance(case, change, act)


def _limit_to_extend(case: Case) -> Clock | None:
    """The handling limit of a share, which must not stand still; none where there is none that runs."""
    share_id = case.required_share().id
    there = clocks_of(case.session, case.petition)
    own = [clock for clock in there if clock.rule_key == "assign" and clock.dispatch_id == share_id]
    if any(clock.state is ClockState.SUSPENDED for clock in own):
        raise TransitionRefusedError("承办期限已中止计时，请在恢复计时后办理延期")
    return running_clock(case, "assign")


@dataclass(frozen=True, kw_only=True)
class HandlingReport:
    """What a unit reports (办结报告): process, facts, basis, result; what it concluded; how it told the petitioner."""

    text: str
    outcome: Outcome
    told: str = ""


def report(case: Case, *, act: Act, findings: HandlingReport) -> CaseEvent:
    """Report a share as handled; the office has to examine it."""
    change = Change(
        Event.REPORT,
        asked={"answer": findings.text},
        columns={"reported_on": act.happened_on},
        record={"outcome": findings.outcome.value},
        note=f"{findings.text}\n告知情况：{findings.told}" if findings.told else findings.text,
    )
    return advance(case, change, act)


def examine(case: Case, *, act: Act, accepted: bool, failed: tuple[str, ...] = (), reason: str = "") -> CaseEvent:
    """Accept a report that passes all six checks, or send it back to be done again with reasons."""
    share = case.required_share()
    asked = {"failed_checks": failed, "reason": reason}
    if not accepted:
        change = Change(
            Event.REDO,
            asked=asked,
            columns={"redos": share.redos + 1},
            record={"failed": list(failed)},
            note=reason,
            words={"reason": reason},
        )
        return advance(case, change, act)
    change = Change(
        Event.ACCEPT_REPORT,
        asked=asked,
        columns={"accepted_on": act.happened_on},
        also=(RowChange(case.petition, {"outcome": _reported_outcome(case)}),) if share.role is UnitRole.LEAD else (),
        note=reason,
    )
    return advance(case, change, act)


def answer_direct(case: Case, *, act: Act, answer: str, outcome: Outcome) -> CaseEvent:
    """Answer a matter of the congress's own, centrally (沪 第三十条)."""
    change = Change(
        Event.ANSWER_DIRECT,
        asked={"answer": answer},
        columns={"outcome": outcome, "drafter_code": act.actor.code},
        record={"outcome": outcome.value},
        note=answer,
    )
    return advance(case, change, act)


def recall_shares(case: Case, *, act: Act) -> None:
    """Call back every share that is still open, because the petition has ended."""
    for share in dispatches_of(case.session, case.petition):
        if share.state not in FINISHED_UNITS:
            advance(case.of(share), Change(Event.RECALL), act.by_system())


def _reported_outcome(case: Case) -> Outcome:
    return Outcome(_newest(case, Event.REPORT)["outcome"])


def _newest(case: Case, event: Event) -> dict[str, Any]:
    share_id = case.required_share().id
    query = (
        select(CaseEvent.facts)
        .where(CaseEvent.petition_id == case.petition.id, CaseEvent.dispatch_id == share_id, CaseEvent.event == event)
        .order_by(col(CaseEvent.seq).desc())
        .limit(1)
    )
    return dict(case.session.exec(query).one())
