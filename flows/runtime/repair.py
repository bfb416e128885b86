"""Repairing: the engine's runs are compared with the casework database, and made to stand where their cases stand.

Two looks. ``repair_stuck`` asks the engine for runs that are under way or ended badly: few, so every minute.
``Comparison`` goes through the subjects that must have a run, a slice at a time, and finds what no list of the
engine's shows: runs that are gone, waits that belong to an older step. Every remedy is an act that may be
repeated: starting has an idempotency key, and a run that is entered once more looks at its case (ADR 0016).
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed, Scheduled

from flows.runtime.judging import ENDED_BADLY, UNDER_WAY, Expected, Remedy, remedy_for
from flows.runtime.runs import PAGE, deployment_id, read_runs, start_run
from models.bookmark import Bookmark
from rules.steps import step_of
from tasks.database import database
from tasks.expecting import add_missing_bookmarks, states_of, unfinished_after, unfinished_of_runs
from tasks.settings import settings

CASE_DEPLOYMENTS = ("petition/petition", "dispatch/dispatch", "correction/correction", "intake/intake")
BACKGROUND_DEPLOYMENTS = ("deadlines/deadlines", "outbox/outbox", "nudge/nudge", "case_page/case_page", "reconcile/reconcile")
BACKGROUND_STUCK_AFTER = timedelta(minutes=10)
"""A background run may work for long (a slow mail server); none works for ten minutes."""

LOOK_BACK = timedelta(days=2)
"""How far back runs that ended badly are looked for every minute; older ones are found by comparing."""

_log = logging.getLogger("prefect.casework.repair")


@dataclass
class Report:
    """What was done, by subject; nothing when everything stood where it should."""

    done: list[tuple[str, Remedy]] = field(default_factory=list)
    compared: int = 0

    def note(self, subject: str, remedy: Remedy) -> None:
        """Put a remedy on the report and into the worker's log."""
        self.done.append((subject, remedy))
        _log.warning("%s: %s", subject, remedy.name)

    def lines(self) -> list[str]:
        """Say it for people: how many were compared, and what was done how often and to which subjects."""
        kinds = Counter(remedy for _, remedy in self.done)
        told = [f"{remedy.value} {count} 件：{self._names(remedy)}" for remedy, count in kinds.items()]
        return [f"核对 {self.compared} 件", *(told or ["均无需处理"])]

    def _names(self, remedy: Remedy) -> str:
        names = sorted(subject for subject, done in self.done if done is remedy)
        return "、".join(names[:10]) + ("……" if len(names) > 10 else "")


def repair_stuck(client: SyncPrefectClient, *, before: datetime, as_of: datetime | None = None, report: Report | None = None) -> Report:
    """Put runs that have been under way since before an instant, or ended badly, back in the queue of the workers."""
    report, as_of = report or Report(), as_of or before
    for run in _runs(client, CASE_DEPLOYMENTS, UNDER_WAY):
        if run.state is not None and run.state.timestamp < before:
            requeue(client, run)
            report.note(run.name, Remedy.UNSTICK)
    for run in _runs(client, BACKGROUND_DEPLOYMENTS, UNDER_WAY):
        if run.state is not None and run.state.timestamp < _background_limit(before, as_of):
            client.set_flow_run_state(run.id, Crashed(message="its worker is gone"), force=True)
            report.note(run.name, Remedy.END_STALE)
    return report


def _background_limit(before: datetime, as_of: datetime) -> datetime:
    return before if before >= as_of else as_of - BACKGROUND_STUCK_AFTER


def revive_ended(client: SyncPrefectClient, *, as_of: datetime, report: Report) -> None:
    """Put runs that failed, crashed or were cancelled by hand back in the queue while their case is open."""
    ended = {str(run.id): run for run in _runs(client, CASE_DEPLOYMENTS, ENDED_BADLY, since=as_of - LOOK_BACK)}
    with database().read() as session:
        marks = unfinished_of_runs(session, ended)
    _repair(client, marks, ended, as_of=as_of, report=report)
    known = {mark.run_id for mark in marks}
    for run in ended.values():
        # An intake run that failed before its paper was on file has nothing but itself; one cancelled by hand was meant so.
        unfiled = run.deployment_id == deployment_id(client, "intake/intake") and str(run.id) not in known
        if unfiled and run.state is not None and not run.state.is_cancelled():
            _revive_if_due(client, run, as_of=as_of, report=report)


def _revive_if_due(client: SyncPrefectClient, run: FlowRun, *, as_of: datetime, report: Report) -> None:
    nowhere = Expected(subject=run.name, run_id=str(run.id), waited_for=None, round=0, stands_at=None, behind=False, nudge_after=as_of)
    if remedy_for(nowhere, run, as_of=as_of, stuck_after=settings().stuck_after) is Remedy.REVIVE:
        requeue(client, run)
        report.note(run.name, Remedy.REVIVE)


class Comparison:
    """Goes through the subjects that must have a run, a slice at a time, from where it left off."""

    SLICE = 1000

    def __init__(self) -> None:
        """Begin at the first subject."""
        self._after = ""

    def go_on(self, client: SyncPrefectClient, *, as_of: datetime, report: Report, thorough: bool) -> None:
        """Compare the next slice, or everything; a slice with a lost run in it makes it go on to the end."""
        if thorough:
            self._after = ""
        left = self.SLICE
        while left > 0:
            with database().read() as session:
                marks = unfinished_after(session, self._after, before=as_of - settings().stuck_after * 2, limit=PAGE)
            lost = self._compare(client, marks, as_of=as_of, report=report)
            self._after = marks[-1].subject if len(marks) == PAGE else ""
            left -= PAGE
            if not self._after:
                return
            if thorough or lost:
                left = max(left, PAGE)

    def _compare(self, client: SyncPrefectClient, marks: list[Bookmark], *, as_of: datetime, report: Report) -> bool:
        runs = read_runs(client, [mark.run_id for mark in marks])
        report.compared += len(marks)
        _repair(client, marks, runs, as_of=as_of, report=report)
        return len(runs) < len(marks)


def _repair(client: SyncPrefectClient, marks: list[Bookmark], runs: dict[str, FlowRun], *, as_of: datetime, report: Report) -> None:
    with database().read() as session:
        states = states_of(session, [mark.subject for mark in marks])
    for mark in marks:
        state, run = states.get(mark.subject), runs.get(mark.run_id or "")
        expected = Expected(
            subject=mark.subject, run_id=mark.run_id, waited_for=mark.step, round=mark.round, behind=mark.behind,
            stands_at=step_of(state) if state else None, nudge_after=mark.nudge_after,
        )  # fmt: skip
        remedy = remedy_for(expected, run, as_of=as_of, stuck_after=settings().stuck_after)
        if remedy is not None:
            _apply(client, mark, run, remedy)
            report.note(mark.subject, remedy)


def _apply(client: SyncPrefectClient, mark: Bookmark, run: FlowRun | None, remedy: Remedy) -> None:
    if remedy in (Remedy.START, Remedy.START_AGAIN):
        start_run(client, mark, again=mark.run_id is not None)
    elif run is not None:
        requeue(client, run)


def requeue(client: SyncPrefectClient, run: FlowRun) -> None:
    """Schedule a run whatever state it is in; forced, for the engine would clear what it knows of the run's waits."""
    client.set_flow_run_state(run.id, Scheduled(name="Resuming"), force=True)


def file_lost_subjects(*, as_of: datetime, report: Report) -> None:
    """Give a bookmark to subjects that have none, so that the pump starts their runs."""
    with database().write() as session:
        for subject in add_missing_bookmarks(session, before=as_of - settings().stuck_after * 2, as_of=as_of):
            report.note(subject, Remedy.FILE_DRAFT if subject.startswith("draft-") else Remedy.START)


def end_duplicates(client: SyncPrefectClient, *, report: Report) -> None:
    """End waiting runs that are not the one that their subject's bookmark names: started by hand, or left over."""
    for page in _pages(client, CASE_DEPLOYMENTS[:3], ("PAUSED", "SCHEDULED")):
        with database().read() as session:
            named = {mark.run_id for mark in unfinished_of_runs(session, [str(run.id) for run in page])}
            subjects = {subject_of_run(run): session.get(Bookmark, subject_of_run(run)) for run in page if str(run.id) not in named}
        others = read_runs(client, [mark.run_id for mark in subjects.values() if mark is not None])
        for run in page:
            mark = subjects.get(subject_of_run(run))
            other = others.get(mark.run_id or "") if mark is not None else None
            if str(run.id) not in named and other is not None and other.id != run.id and other.state and not other.state.is_final():
                client.set_flow_run_state(run.id, Cancelled(name="重复流程"), force=True)
                report.note(subject_of_run(run), Remedy.END_DUPLICATE)


def subject_of_run(run: FlowRun) -> str:
    """Read which subject a run is about from its only parameter."""
    return str(next(iter(run.parameters.values()), ""))


def _runs(
    client: SyncPrefectClient, deployments: Iterable[str], kinds: Iterable[object], *, since: datetime | None = None
) -> list[FlowRun]:
    return [run for page in _pages(client, deployments, [getattr(kind, "value", kind) for kind in kinds], since=since) for run in page]


def _pages(
    client: SyncPrefectClient, deployments: Iterable[str], kinds: Iterable[object], *, since: datetime | None = None
) -> Iterator[list[FlowRun]]:
    ids = [str(deployment_id(client, name)) for name in deployments]
    wanted: dict[str, object] = {"deployment_id": {"any_": ids}, "state": {"type": {"any_": list(kinds)}}}
    if since is not None:
        wanted["end_time"] = {"after_": since}
    chosen, offset = FlowRunFilter.model_validate(wanted), 0
    while page := client.read_flow_runs(flow_run_filter=chosen, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset):
        yield page
        offset += PAGE
        if len(page) < PAGE:
            return
