"""Scheduled flows: acting on limits, sending the outbox, repairing runs, and nudging them where no casework worker does."""

from uuid import UUID

from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.runtime.repair.limit_events import announce_rungs
from flows.runtime.repair.repair import (
    BACKGROUND_STUCK_AFTER,
    Comparison,
    end_duplicates,
    file_lost_subjects,
    repair_stuck,
    revive_ended,
)
from flows.runtime.repair.report import Report
from flows.runtime.repair.runs import nudge_behind, page_of, tidy_runs
from flows.runtime.waiting.context import driven_here, engine
from flows.wall_time import now
from models.bookmark import Bookmark
from notifications.channels import channel_for
from rules.zone import legal_day
from tasks.keeping.database import database
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.letters.outbox import SendReport, send_due
from tasks.reading.casefile import case_file
from tasks.record.cases import find_petition
from tasks.sweeping.sweep import sweep

SWEEP_BUDGET = 45.0
"""Seconds after which a sweep leaves the rest to the next one: sweeps come every minute and must not pile up."""


@task(name="send", retries=2, retry_delay_seconds=5, persist_result=False)
def send() -> SendReport:
    """Send one batch of due letters; each is tried again later on its own account."""
    return send_due(database(), vault(), channel_for, settings=settings(), as_of=now())


@flow(name="outbox", persist_result=False, log_prints=False)
def outbox() -> State[None]:
    """发出待发函件和消息；失败的按间隔重试，多次失败的转人工处理。"""
    sent = failed = dead = 0
    while (batch := send()).taken:
        sent, failed, dead = sent + batch.sent, failed + batch.failed, dead + batch.dead
    return Completed(message=f"发出 {sent}，待重试 {failed}，转人工 {dead}")


@flow(name="deadlines", persist_result=False, log_prints=False)
def deadlines() -> State[None]:
    """期限巡查：到点的提醒、逾期、催办、督办、报告，每一步只办一次；每分钟一次，停过多久都能补上。"""
    report = sweep(database(), as_of=now(), budget=SWEEP_BUDGET)
    with get_client(sync_client=True) as client:
        told = announce_rungs(client)
    if report.faults:  # petitions, clocks and kinds of fault, nothing personal
        return Failed(message="；".join(report.faults[:20]))
    return Completed(
        message=f"提醒 {report.warned}，逾期 {report.missed}，升级 {report.escalated}，已被后一步取代 {report.overtaken}，通报 {told}"
    )


@flow(name="case_page", persist_result=False, log_prints=False)
def case_page(petition_no: str) -> State[None]:
    """更新一件信访的案卷页（由自动化规则在期限事件后启动）。

    Args:
        petition_no: 信访件编号
    """
    with database().read() as session:
        file = case_file(session, find_petition(session, petition_no), today=legal_day(now()))
        mark = session.get(Bookmark, petition_no)
    if mark is not None and mark.run_id is not None:
        engine().create_artifact(page_of(petition_no, file, UUID(mark.run_id)))
    return Completed(message=petition_no)


@flow(name="nudge", persist_result=False, log_prints=False)
def nudge() -> State[None]:
    """唤醒落后于案件的流程（后备；通常由 casework 工作进程即时完成），并清理已完成的后台运行记录。"""
    with get_client(sync_client=True) as client:
        looked_at = nudge_behind(client, limit=200)
        tidied = tidy_runs(client, before=now() - settings().background_runs_kept)
    return Completed(message=f"查看 {looked_at}，清理旧的后台运行 {tidied}")


_comparison = Comparison()
"""Where the minute's comparison stands; one that must see everything has a place of its own, so that none moves the other's."""


@flow(name="reconcile", persist_result=False, log_prints=False)
def reconcile(thorough: bool = False) -> State[None]:
    """核对流程与案件：补上丢失的、卡住的、失败的、重复的流程；重复执行不产生变化。

    Args:
        thorough: 核对全部在办件，而不是下一批；失败的流程立即重新排队，不再等待
    """
    as_of, report = now(), Report()
    with get_client(sync_client=True) as client:
        long_ago, longer_ago = as_of - settings().stuck_after, as_of - BACKGROUND_STUCK_AFTER
        repair_stuck(client, cases_before=long_ago, background_before=longer_ago, report=report)
        revive_ended(client, as_of=as_of, report=report, at_once=thorough)
        file_lost_subjects(as_of=as_of, report=report)
        # A stock worker's process ends with its run, and with it the place where a comparison left off.
        everything = thorough or not driven_here()
        comparison = Comparison() if everything else _comparison
        comparison.go_on(client, as_of=as_of, report=report, everything=everything, at_once=thorough)
        if thorough:
            end_duplicates(client, report=report)
    return Completed(message="；".join(report.lines()))
