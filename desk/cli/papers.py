"""The commands about papers: attach one, look after letters that could not be sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli.console import at_the_console
from desk.cli.output import fail, say, spoken, table
from desk.wall_time import now

if TYPE_CHECKING:
    from models.outbox_message import OutboxMessage


@spoken
def attach_command(
    number: Annotated[str, typer.Argument(metavar="编号", help="信访件编号")],
    file: Annotated[Path, typer.Argument(metavar="文件", help="扫描件、照片、报告等")],
    officer: Annotated[str, typer.Option("--officer", prompt="本人工号", help="本人工号")],
    kind: Annotated[
        str, typer.Option(help="种类：原信、身份证明、裁判文书、办结报告、处理意见书、送达回证、会议纪要、照片、其他")
    ] = "其他",
    original: Annotated[bool, typer.Option("--original", help="纸质原件在卷")] = False,
) -> None:
    """把一份材料加密存入案卷。"""
    from models.vocabulary.papers import AttachmentKind
    from rules.lifecycle.row import CLERKS
    from rules.zone import legal_day
    from tasks.casework.papers import add_paper
    from tasks.keeping.database import database
    from tasks.record.act import Act, find_actor
    from tasks.record.cases import lock_case

    try:
        chosen = AttachmentKind.read(kind)
    except ValueError as error:
        fail(str(error), 2)
    as_of = now()
    with database().write() as session:
        actor = find_actor(session, at_the_console(officer), roles=CLERKS, on=legal_day(as_of))
        paper = add_paper(lock_case(session, number), file, kind=chosen, act=Act(actor=actor, as_of=as_of), is_original=original)
    say(f"{number} 已存入{chosen.label}，{paper.size} 字节，SHA-256 {paper.sha256}")


@spoken
def letters_command(
    retry: Annotated[int | None, typer.Option(help="重新发送这一份（编号）")] = None,
    retry_held: Annotated[bool, typer.Option("--retry-held", help="恢复备份时留下待核对的，全部重新发送")] = False,
    handed_over: Annotated[int | None, typer.Option(help="这一份（编号）已打印并人工送出")] = None,
) -> None:
    """列出没有发出的函件；可重新发送，或注明已人工送出。"""
    from models.vocabulary.papers import MessageState
    from notifications.catalogue import row_for
    from tasks.keeping.database import database
    from tasks.letters import outbox

    with database().write() as session:
        if retry is not None:
            outbox.requeue_dead(session, retry, as_of=now())
        if retry_held:
            outbox.requeue_held(session, as_of=now())
        if handed_over is not None:
            outbox.handed_over(session, handed_over, as_of=now())
    with database().read() as session:
        waiting = outbox.letters_in(session, MessageState.DEAD, MessageState.QUEUED, MessageState.SENDING)
    rows = [
        {
            "编号": m.id,
            "信访件": number or "",
            "函件": row_for(m.letter).subject,
            "收件": m.addressee,
            "状态": m.state.label,
            "次数": m.attempts,
            "下次发出": _next(m),
            "原因": m.last_error or "",
        }
        for m, number in waiting
    ]
    table("未发出的函件", rows)


def _next(message: "OutboxMessage") -> str:
    """When a letter that is still on its way is tried next, by the office's clock; nothing for one that somebody has to see to."""
    from models.vocabulary.papers import MessageState
    from rules.zone import SHANGHAI

    if message.state is MessageState.DEAD:
        return ""
    return message.next_try_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
