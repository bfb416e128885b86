"""Scheduled flows: acting on limits, sending the outbox, repairing runs, and nudging them where no casework worker does."""

from uuid import UUID

from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.clock import now
from flows.runtime.announcing import announce_steps
from flows.runtime.context import engine
from flows.runtime.repair import Comparison, Report, end_duplicates, file_lost_subjects, repair_stuck, revive_ended
from flows.runtime.runs import nudge_behind, page_of, tidy_runs
from models.bookmark import Bookmark
from notifications.channels import channel_for
from rules.zone import legal_day
from tasks.casefile import case_file
from tasks.cases import find_petition
from tasks.database import database
from tasks.deadline_sweep import sweep
from tasks.outbox import SendReport, send_due
from tasks.settings import settings
from tasks.vault import vault

SWEEP_BUDGET = 45.0
"""Seconds after which a sweep leaves the rest to the next one: sweeps come every minute and must not pile up."""


@task(name="send", retries=2, retry_delay_seconds=5, persist_result=False)
def send() -> SendReport:
    """Send one batch of due letters; each is tried again later on its own account."""
    return send_due(database(), vault(), channel_for, settings=settings(), as_of=now())


@flow(name="outbox", persist_result=False, log_prints=False)
def outbox() -> str:
    """发出待发函件和消息；失败的按间隔重试，多次失败的转人工处理。"""
    sent = failed = dead = 0
    while (batch := send()).taken:
        sent, failed, dead = sent + batch.sent, failed + batch.failed, dead + batch.dead
    return f"sent {sent}, to be tried again {failed}, dead {dead}"


class DeadlineFaultError(RuntimeError):
    """Some clocks could not be acted on; the message names petitions, clocks and kinds of fault, nothing personal."""


@flow(name="deadlines", persist_result=False, log_prints=False)
def deadlines() -> str:
    """期限巡查：到点的提醒、逾期、催办、督办、报告，每一步只办一次；每分钟一次，停过多久都能补上。"""
    report = sweep(database(), as_of=now(), budget=SWEEP_BUDGET)
    with get_client(sync_client=True) as client:
        told = announce_steps(client)
    if report.faults:
        raise DeadlineFaultError("; ".join(report.faults[:20]))
    return (
        f"warned {report.warned}, missed {report.missed}, escalated {report.escalated}, overtaken {report.overtaken}, "
        f"announced {told}"
    )


@flow(name="case_page", persist_result=False, log_prints=False)
def case_page(petition_no: str) -> str:
    """更新一件信访的案卷页（由自动化规则在期限事件后启动）。

    Args:
        petition_no: 信访件编号
    """
    with database().read() as session:
        file = case_file(session, find_petition(session, petition_no), today=legal_day(now()))
        mark = session.get(Bookmark, petition_no)
    if mark is not None and mark.run_id is not None:
        engine().create_artifact(page_of(petition_no, file, UUID(mark.run_id)))
    return petition_no


@flow(name="nudge", persist_result=False, log_prints=False)
def nudge() -> str:
    """唤醒落后于案件的流程（后备；通常由 casework 工作进程即时完成），并清理已完成的后台运行记录。"""
    with get_client(sync_client=True) as client:
        looked_at = nudge_behind(client, limit=200)
        tidied = tidy_runs(client, before=now() - settings().background_runs_kept)
    return f"{looked_at} looked at, {tidied} old background runs deleted"


_comparison = Comparison()


@flow(name="reconcile", persist_result=False, log_prints=False)
def reconcile(thorough: bool = False) -> State[None]:
    """核对流程与案件：补上丢失的、卡住的、失败的、重复的流程；重复执行不产生变化。

    Args:
        thorough: 核对全部在办件，而不是下一批
    """
    as_of, report = now(), Report()
    with get_client(sync_client=True) as client:
        repair_stuck(client, before=as_of - settings().stuck_after, as_of=as_of, report=report)
        revive_ended(client, as_of=as_of, report=report)
        file_lost_subjects(as_of=as_of, report=report)
        _comparison.go_on(client, as_of=as_of, report=report, thorough=thorough)
        if thorough:
            end_duplicates(client, report=report)
    return Completed(message="；".join(report.lines()))
