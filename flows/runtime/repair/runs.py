"""Starting, waking and marking runs: the engine follows the casework database, never the other way round."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled
from sqlmodel import Session

from flows.runtime.repair.reading_runs import read_runs
from flows.runtime.repair.verdict import ENDED_BADLY
from flows.runtime.waiting.context import driven_here, engine, leaving, this_run
from flows.runtime.waiting.engine_calls import leave
from flows.wall_time import now
from models.bookmark import Bookmark
from models.petition import DRAFT_PREFIX, Petition
from rules.lifecycle.stages import STAGES
from rules.zone import legal_day
from tasks.keeping.database import database
from tasks.reading.casefile import CaseFile, case_file
from tasks.record.cases import find_petition, split_subject
from tasks.record.organs import organ_by_id
from tasks.runs.bookmarks import anything_behind, bookmark_of, claim_behind, finish_run

NUDGE_PAUSE = timedelta(seconds=3)
"""How long a nudged subject is left alone: a run needs about a second to see the case and wait again."""


DriveSoon = Callable[[FlowRun], bool]
"""How a worker takes a run that it is to drive itself; says whether it was not in hand already."""


_deployment_ids: dict[str, UUID] = {}


def deployment_id(client: SyncPrefectClient, name: str) -> UUID:
    """Find a deployment by name; asked once a process, until somebody has deleted or replaced one (``enrolment``)."""
    if name not in _deployment_ids:
        _deployment_ids[name] = client.read_deployment_by_name(name).id
    return _deployment_ids[name]


def forget_deployments() -> None:
    """Ask for deployments anew: where one was deleted or replaced, and for a process that turns to another server."""
    _deployment_ids.clear()


def deployment_of(subject: str) -> tuple[str, dict[str, str]]:
    """Name the deployment that drives a subject, and its parameters."""
    if "/" in subject:
        return "dispatch/dispatch", {"dispatch_no": subject}
    if subject.startswith(DRAFT_PREFIX):
        return "correction/correction", {"draft_no": subject}
    return "petition/petition", {"petition_no": subject}


def nudge_behind(client: SyncPrefectClient, *, limit: int = 50, drive_soon: DriveSoon | None = None) -> int:
    """Start or wake the run of every subject that moved on without it; returns how many were looked at.

    ``drive_soon`` takes runs that this process drives itself, at once; without it they are scheduled for a worker.
    """
    if not behind_now():
        return 0
    with database().write() as session:
        claimed = claim_behind(session, as_of=now(), limit=limit, pause=NUDGE_PAUSE)
    runs = read_runs(client, [mark.run_id for mark in claimed])
    for mark in claimed:
        nudge(client, mark, runs.get(mark.run_id or ""), drive_soon=drive_soon)
    return len(claimed)


def behind_now() -> bool:
    """Say whether any case is ahead of its run: one look at a partial index, without a transaction of its own."""
    with database().read() as session:
        return anything_behind(session, as_of=now())


def nudge(client: SyncPrefectClient, mark: Bookmark, run: FlowRun | None, *, drive_soon: DriveSoon | None = None) -> None:
    """Bring one subject's run to look at its case again: wake it where it waits, start it where there is none."""
    if run is not None and run.state is not None and run.state.type in ENDED_BADLY:
        return  # reconcile puts it back in the queue, later every time: a run that keeps failing must not spin
    if run is None or run.state is None or run.state.is_final():
        if mark.subject.startswith(DRAFT_PREFIX) and mark.run_id is None:
            return  # a draft is driven by the intake run that brought it; should that be lost, reconcile starts another
        started = start_run(client, mark)
        if drive_soon and started is not None and started.state is not None and started.state.is_scheduled():
            drive_soon(started)  # not one that somebody has entered already: the same start asked for twice
    elif run.state.is_paused():
        wake(client, run, drive_soon=drive_soon)
    # Scheduled, pending or running: it will look at the case, and is nudged again if that came too early.


def wake(client: SyncPrefectClient, run: FlowRun, *, drive_soon: DriveSoon | None = None) -> None:
    """Let a waiting run look at its case: here and now, or by scheduling it for a worker."""
    if drive_soon is None:
        client.set_flow_run_state(run.id, Scheduled(name="Resuming"))
    else:
        drive_soon(run)


def start_run(client: SyncPrefectClient, mark: Bookmark) -> FlowRun | None:
    """Start the run of a subject and note which it is; a second start on the same ground gives the same run.

    Nothing when the subject needs none any more: the bookmark may have been read long before the engine answered, and the
    run that was found at its end have come to it meanwhile.
    """
    if not _still_wanted(mark):
        return None
    name, parameters = deployment_of(mark.subject)
    key = f"{mark.subject}:{mark.run_id}" if mark.run_id is not None else mark.subject
    run = client.create_flow_run_from_deployment(
        deployment_id(client, name), parameters=parameters, name=mark.subject, idempotency_key=key
    )
    with database().write() as session:
        bookmark_of(session, mark.subject, as_of=now()).run_id = str(run.id)
    return run


def _still_wanted(mark: Bookmark) -> bool:
    """A run notes its end in the bookmark before it tells the engine; so whoever saw the end there finds it noted here."""
    with database().read() as session:
        fresh = session.get(Bookmark, mark.subject)
    return fresh is not None and fresh.run_id == mark.run_id and (fresh.behind or not fresh.finished)


BACKGROUND = ("后台", "函件")
"""Tags of the runs that keep the office going; they come every minute and tell nobody anything once they are over."""


def tidy_runs(client: SyncPrefectClient, *, before: datetime, limit: int = 200) -> int:
    """Delete background runs that were completed before an instant; failed ones stay for whoever looks after them.

    What they did stands in the casework database. Without this the engine keeps half a million of them a year.
    """
    chosen = FlowRunFilter.model_validate(
        {"tags": {"any_": list(BACKGROUND)}, "state": {"type": {"any_": ["COMPLETED"]}}, "end_time": {"before_": before}}
    )
    over = client.read_flow_runs(flow_run_filter=chosen, limit=limit)
    for run in over:
        client.delete_flow_run(run.id)
    return len(over)


def show_case(petition_no: str) -> None:
    """Put the petition's tags on its run and its case file beside it, for those who watch, when the run leaves."""
    with database().read() as session:
        petition = find_petition(session, petition_no)
        tags = sorted(case_tags(session, petition))
        file = case_file(session, petition, today=legal_day(now()))
    run = this_run()
    leaving().tags = tags if sorted(run.tags) != tags else None
    leaving().page = page_of(petition_no, file, run.id)


def page_of(petition_no: str, file: CaseFile, run_id: UUID) -> ArtifactCreate:
    """The case file as an artifact of its run; every publication is a version of it."""
    return ArtifactCreate(
        key=f"case-{petition_no.lower()}",
        type="markdown",
        description=f"{petition_no} 案卷",
        data=file.markdown(),
        flow_run_id=run_id,
    )


def case_tags(session: Session, petition: Petition) -> list[str]:
    """Tag a run with its stage, its class and its lead unit."""
    tags = [STAGES[petition.state].label]
    if petition.petition_class:
        tags.append(petition.petition_class.label)
    if petition.lead_organ_id:
        tags.append(organ_by_id(session, petition.lead_organ_id).name)
    return tags


def note_end(subject: str) -> None:
    """Note that this run came to its end, having seen everything there was."""
    if not driven_here():  # the engine's own worker ends a run with a state and nothing else
        leave(engine(), this_run(), leaving())
    number, _ = split_subject(subject)
    with database().write() as session:
        petition = find_petition(session, number)
        finish_run(session, subject, run_id=str(this_run().id), seen_seq=petition.last_seq, as_of=now())
