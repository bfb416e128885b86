"""Repairing: the engine's runs are compared with the casework database, and made to stand where their cases stand.

Two looks. ``repair_stuck`` asks the engine for runs that are under way or ended badly: few, so every minute.
``Comparison`` goes through the subjects that must have a run, a slice at a time, and finds what no list of the
engine's shows: runs that are gone, waits that belong to an older step. Every remedy is an act that may be
repeated: starting has an idempotency key, and a run that is entered once more looks at its case (ADR 0018).
"""

from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Crashed, Scheduled

from flows.runtime.repair.reading_runs import PAGE, read_page, read_runs
from flows.runtime.repair.report import Report
from flows.runtime.repair.runs import deployment_id, deployment_of, start_run
from flows.runtime.repair.verdict import (
    ENDED_BADLY,
    FIRST_PAUSE,
    UNDER_WAY,
    Expected,
    Remedy,
    pause_before_revival,
    remedy_for,
    times_ended_badly,
)
from models.bookmark import Bookmark
from models.petition import DRAFT_PREFIX
from rules.steps import step_of
from tasks.keeping.database import database
from tasks.keeping.settings import settings
from tasks.runs.wanted import add_missing_bookmarks, states_of, unfinished_after, unfinished_of_runs

CASE_DEPLOYMENTS = ("petition/petition", "dispatch/dispatch", "correction/correction", "intake/intake")
BACKGROUND_DEPLOYMENTS = ("deadlines/deadlines", "outbox/outbox", "nudge/nudge", "case_page/case_page", "reconcile/reconcile")
BACKGROUND_STUCK_AFTER = timedelta(minutes=10)
"""A background run may work for long (a slow mail server); none works for ten minutes."""

LOOK_BACK = timedelta(days=2)
"""How far back runs that ended badly are looked for every minute; older ones are found by comparing."""


def repair_stuck(
    client: SyncPrefectClient,
    *,
    cases_before: datetime,
    background_before: datetime,
    report: Report,
    spared: Set[UUID] = frozenset(),
) -> None:
    """Put a case's runs that have been under way since before an instant back in the queue; end background ones, which come again.

    ``spared`` are runs that somebody is known to have in hand.
    """
    for run in _under_way(client, CASE_DEPLOYMENTS, cases_before):
        if run.id not in spared:
            requeue(client, run)
            report.note(run.name, Remedy.UNSTICK)
    for run in _under_way(client, BACKGROUND_DEPLOYMENTS, background_before):
        if run.id not in spared:
            client.set_flow_run_state(run.id, Crashed(message="its worker is gone"), force=True)
            report.note(run.name, Remedy.END_STALE)


def _under_way(client: SyncPrefectClient, deployments: Iterable[str], before: datetime) -> list[FlowRun]:
    return [run for run in _runs(client, deployments, UNDER_WAY) if run.state is not None and run.state.timestamp < before]


def revive_ended(client: SyncPrefectClient, *, as_of: datetime, report: Report, at_once: bool = False) -> None:
    """Put runs that failed, crashed or were cancelled by hand back in the queue while their case is open.

    One that keeps ending badly is left alone longer each time, unless it is wanted ``at_once``.
    """
    ended = {str(run.id): run for run in _runs(client, CASE_DEPLOYMENTS, ENDED_BADLY, since=as_of - LOOK_BACK)}
    with database().read() as session:
        marks = unfinished_of_runs(session, ended)
    _repair(client, marks, ended, as_of=as_of, report=report, at_once=at_once)
    known = {mark.run_id for mark in marks}
    for run in ended.values():
        # An intake run that failed before its paper was on file has nothing but itself; one cancelled by hand was meant so.
        unfiled = run.deployment_id == deployment_id(client, "intake/intake") and str(run.id) not in known
        if not unfiled or run.state is None or run.state.is_cancelled():
            continue
        if as_of >= run.state.timestamp + _pause(client, run, as_of=as_of, at_once=at_once):
            requeue(client, run)
            report.note(run.name, Remedy.REVIVE)


def _pause(client: SyncPrefectClient, run: FlowRun | None, *, as_of: datetime, at_once: bool) -> timedelta:
    """How long a run is left alone when it ended badly; its past is only asked for when that can matter."""
    if at_once:
        return timedelta()
    if run is None or run.state is None or run.state.type not in ENDED_BADLY or as_of < run.state.timestamp + FIRST_PAUSE:
        return FIRST_PAUSE
    return pause_before_revival(times_ended_badly(client.read_flow_run_states(run.id)))


class Comparison:
    """Goes through the subjects that must have a run, a slice at a time, from where it left off."""

    SLICE = 1000

    def __init__(self) -> None:
        """Begin at the first subject."""
        self._after = ""

    def go_on(
        self, client: SyncPrefectClient, *, as_of: datetime, report: Report, everything: bool = False, at_once: bool = False
    ) -> None:
        """Compare the next slice, or everything that is left; a slice with a lost run in it makes it go on to the end."""
        left = self.SLICE
        while left > 0:
            with database().read() as session:
                marks = unfinished_after(session, self._after, before=as_of - settings().stuck_after * 2, limit=PAGE)
            lost = self._compare(client, marks, as_of=as_of, report=report, at_once=at_once)
            self._after = marks[-1].subject if len(marks) == PAGE else ""
            left -= PAGE
            if not self._after:
                return
            if everything or lost:
                left = max(left, PAGE)

    def _compare(
        self, client: SyncPrefectClient, marks: list[Bookmark], *, as_of: datetime, report: Report, at_once: bool
    ) -> bool:
        runs = read_runs(client, [mark.run_id for mark in marks])
        report.compared += len(marks)
        _repair(client, marks, runs, as_of=as_of, report=report, at_once=at_once)
        return len(runs) < len(marks)


def _repair(
    client: SyncPrefectClient, marks: list[Bookmark], runs: dict[str, FlowRun], *, as_of: datetime, report: Report, at_once: bool
) -> None:
    with database().read() as session:
        states = states_of(session, [mark.subject for mark in marks])
    for mark in marks:
        state, run = states.get(mark.subject), runs.get(mark.run_id or "")
        expected = Expected(
            waited_for=mark.step,
            round=mark.round,
            behind=mark.behind,
            stands_at=step_of(state) if state else None,
            nudge_after=mark.nudge_after,
        )
        pause = _pause(client, run, as_of=as_of, at_once=at_once)
        homeless = run is not None and not _is_at_home(client, mark, run)
        remedy = Remedy.START_ELSEWHERE if homeless else None
        remedy = remedy or remedy_for(expected, run, as_of=as_of, stuck_after=settings().stuck_after, pause=pause)
        if remedy is not None and _apply(client, mark, run, remedy):
            report.note(mark.subject, remedy)


def _is_at_home(client: SyncPrefectClient, mark: Bookmark, run: FlowRun) -> bool:
    """Say whether a run belongs to the deployment that drives its subject now; no worker ever takes one whose own is gone."""
    homes = {deployment_of(mark.subject)[0], "intake/intake" if mark.subject.startswith(DRAFT_PREFIX) else ""} - {""}
    return run.deployment_id in {deployment_id(client, name) for name in homes}


def _apply(client: SyncPrefectClient, mark: Bookmark, run: FlowRun | None, remedy: Remedy) -> bool:
    """Do it; says whether it was still needed."""
    if remedy is Remedy.START_ELSEWHERE and run is not None and start_run(client, mark) is not None:
        client.set_flow_run_state(run.id, Cancelled(name="重复流程"), force=True)
        return True
    if remedy in (Remedy.START, Remedy.START_AGAIN, Remedy.START_ELSEWHERE):
        return start_run(client, mark) is not None
    if run is not None:
        requeue(client, run)
    return True


def requeue(client: SyncPrefectClient, run: FlowRun) -> None:
    """Schedule a run whatever state it is in; forced, for the engine would clear what it knows of the run's waits."""
    client.set_flow_run_state(run.id, Scheduled(name="Resuming"), force=True)


def file_lost_subjects(*, as_of: datetime, report: Report) -> None:
    """Give a bookmark to subjects that have none, so that the pump starts their runs."""
    with database().write() as session:
        for subject in add_missing_bookmarks(session, before=as_of - settings().stuck_after * 2, as_of=as_of):
            report.note(subject, Remedy.FILE_DRAFT if subject.startswith(DRAFT_PREFIX) else Remedy.START)


def end_duplicates(client: SyncPrefectClient, *, report: Report) -> None:
    """End waiting runs that are not the one that their subject's bookmark names: started by hand, or left over."""
    for page in _pages(client, CASE_DEPLOYMENTS[:3], ("PAUSED", "SCHEDULED")):
        with database().read() as session:
            named = {mark.run_id for mark in unfinished_of_runs(session, [str(run.id) for run in page])}
            subjects = {
                subject_of_run(run): session.get(Bookmark, subject_of_run(run)) for run in page if str(run.id) not in named
            }
        others = read_runs(client, [mark.run_id for mark in subjects.values() if mark is not None])
        for run in page:
            mark = subjects.get(subject_of_run(run))
            other = others.get(mark.run_id or "") if mark is not None else None
            if (
                str(run.id) not in named
                and other is not None
                and other.id != run.id
                and other.state
                and not other.state.is_final()
            ):
                client.set_flow_run_state(run.id, Cancelled(name="重复流程"), force=True)
                report.note(subject_of_run(run), Remedy.END_DUPLICATE)


def subject_of_run(run: FlowRun) -> str:
    """Read which subject a run is about from its only parameter."""
    return str(next(iter(run.parameters.values()), ""))


def _runs(
    client: SyncPrefectClient, deployments: Iterable[str], kinds: Iterable[object], *, since: datetime | None = None
) -> list[FlowRun]:
    return [
        run for page in _pages(client, deployments, [getattr(kind, "value", kind) for kind in kinds], since=since) for run in page
    ]


def _pages(
    client: SyncPrefectClient, deployments: Iterable[str], kinds: Iterable[object], *, since: datetime | None = None
) -> Iterator[list[FlowRun]]:
    ids = [str(deployment_id(client, name)) for name in deployments]
    wanted: dict[str, object] = {"deployment_id": {"any_": ids}, "state": {"type": {"any_": list(kinds)}}}
    if since is not None:
        wanted["end_time"] = {"after_": since}
    chosen, offset = FlowRunFilter.model_validate(wanted), 0
    while True:
        page, counted = read_page(client, chosen, offset=offset)
        if page:
            yield page
        offset += PAGE
        if counted < PAGE:
            return
