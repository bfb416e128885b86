"""Nothing waits unseen: every state in which somebody waits has a limit, which the lifecycle starts and ends."""

import re
from datetime import date

import pytest

from models.vocabulary.case import DispatchState, Event, State
from rules.data.pack_files import load_packs
from rules.duties import PETITION_DUTIES, SHARE_DUTIES
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import Transition
from rules.lifecycle.share import DISPATCH_ROWS, FINISHED_UNITS
from rules.lifecycle.stages import UNITS_AT_WORK

D, E, S = DispatchState, Event, State
PACK = load_packs().pack_for("npc_city", date(2026, 1, 1))
UNLIMITED = {S.DRAFT, S.APPROVED, S.ATTACHED, S.ARCHIVED, S.VOID, *UNITS_AT_WORK}
"""Drafts have a limit once they were refused; an approved one is carried out at once; units have limits of their own."""

KEEPS_ITS_LIMIT = {
    E.SCREEN,
    E.PROPOSE,
    E.SEND_BACK,
    E.FLAG_DUPLICATE,
    E.CONCLUDE_REVIEW,
    E.CONCLUDE_RE_REVIEW,
    E.FINALIZE,
    E.GRANT_EXTENSION,
    E.REFUSE_EXTENSION,
}
"""Events after which the limit that runs already goes on: the paper only moves along the same desk."""


def leading_to(rows: tuple[Transition, ...], state: State | DispatchState) -> list[Transition]:
    return [row for row in rows if row.target is not None and row.target == state and type(row.target) is type(state)]


def test_every_state_in_which_a_petition_waits_has_a_limit() -> None:
    assert set(PETITION_DUTIES) | UNLIMITED == set(State)


def test_every_share_at_work_has_a_limit() -> None:
    assert set(SHARE_DUTIES) == set(DispatchState) - set(FINISHED_UNITS)


@pytest.mark.parametrize("state", list(PETITION_DUTIES), ids=lambda state: state.value)
def test_whatever_leads_a_petition_there_starts_its_limit(state: State) -> None:
    for row in leading_to(PETITION_ROWS, state):
        if row.event not in KEEPS_ITS_LIMIT:
            assert set(row.starts) & set(PETITION_DUTIES[state]), row.event


@pytest.mark.parametrize("state", list(SHARE_DUTIES), ids=lambda state: state.value)
def test_whatever_leads_a_share_there_starts_its_limit(state: DispatchState) -> None:
    for row in leading_to(DISPATCH_ROWS, state):
        if row.event not in KEEPS_ITS_LIMIT:
            assert set(row.starts + row.resumes) & set(SHARE_DUTIES[state]), row.event


@pytest.mark.parametrize("event", [E.REFER, E.ASSIGN], ids=["referral", "assignment"])
def test_papers_that_go_out_start_the_limit_to_sign_for_them(event: Event) -> None:
    [row] = [row for row in PETITION_ROWS if row.event is event]
    assert "sign_in" in row.starts


STARTED = sorted({key for row in (*PETITION_ROWS, *DISPATCH_ROWS) for key in row.starts if PACK.rule(key).duty})


@pytest.mark.parametrize("key", STARTED)
def test_every_duty_that_starts_is_stopped_by_an_event_of_its_own(key: str) -> None:
    assert [
        row.event
        for row in (*PETITION_ROWS, *DISPATCH_ROWS)
        if key in row.stops or (row.event in (E.ARCHIVE, E.CLOSE) and key == "archive")
    ]


@pytest.mark.parametrize("version", load_packs().versions, ids=lambda pack: pack.version)
def test_no_pack_supervises_by_itself_for_less_than_the_handling(version: object) -> None:
    """A formal supervision names a ground of Art. 40; that a paper was not signed for is none."""
    assert re.match(r".+@\d{4}", version.version)  # type: ignore[attr-defined]
    for rule in version.rules:  # type: ignore[attr-defined]
        if "supervise" in {step.key for step in version.escalations_for(rule)}:  # type: ignore[attr-defined]
            assert rule.key in {
                "assign",
                "assign_extended",
                "handle",
                "handle_extended",
                "transfer_handle",
                "handler_notify",
                "simple_accept",
                "simple_reply",
                "fast_closure",
            }, rule.key
