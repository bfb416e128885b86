"""Scheduled flows: sending the outbox, and nudging runs where no casework worker does."""

from prefect import flow, task
from prefect.client.orchestration import get_client

from flows.clock import now
from flows.runtime.runs import nudge_behind
from notifications.channels import channel_for
from tasks.database import database
from tasks.outbox import SendReport, send_due
from tasks.settings import settings
from tasks.vault import vault


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


@flow(name="nudge", persist_result=False, log_prints=False)
def nudge() -> str:
    """唤醒落后于案件的流程（后备；通常由 casework 工作进程即时完成）。"""
    with get_client(sync_client=True) as client:
        return f"{nudge_behind(client, limit=200)} looked at"
