"""The commands about limits: list them with the reason for each date, suspend, resume, note a rung or an answer."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from desk.cli.console import at_the_console
from desk.cli.output import fail, say, say_json, spoken, table
from desk.wall_time import now

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.vocabulary.people import Role
    from tasks.record.act import Act

clock_app = typer.Typer(help="期限：中止、恢复、登记反馈、人工升级", no_args_is_help=True)
CaseNumber = Annotated[str, typer.Argument(metavar="编号", help="信访件编号，如 XF-2026-0001")]
ClockNo = Annotated[int, typer.Argument(metavar="期限序号", help="见 xinfang clocks 编号")]
OfficerCode = Annotated[str, typer.Option("--officer", prompt="本人工号", help="本人工号")]
Reason = Annotated[str, typer.Option("--reason", prompt="理由", help="理由")]


@spoken
def clocks_command(
    number: CaseNumber,
    explain: Annotated[bool, typer.Option("--explain", help="逐步说明每个日期的由来")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """列出一件信访的全部期限：责任方、起算、届满、下一步、已办的提醒和升级。"""
    from rules.zone import legal_day
    from tasks.keeping.database import database
    from tasks.record.cases import find_petition, split_subject

    with database().read() as session:
        petition = find_petition(session, split_subject(number)[0])
        rows = _rows(session, petition, legal_day(now()))
    if as_json:
        say_json(rows)
        return
    table(f"{petition.number} 的期限", [{head: row[head] for head in row if head != "说明"} for row in rows])
    for row in rows if explain else ():
        say(f"{row['序号']} {row['期限']}")
        for line in row["说明"]:
            say(f"  {line}")


def _rows(session: "Session", petition: Any, today: Any) -> list[dict[str, Any]]:
    from rules.zone import legal_day
    from tasks.limits.ladder import ladder_of, rungs_taken
    from tasks.reading.casefile import clock_row, why_lines
    from tasks.record.cases import clocks_of, dispatches_of

    shares = dispatches_of(session, petition)
    rows = []
    for clock in clocks_of(session, petition):
        labels = {rung.key: rung.label for rung in ladder_of(petition, clock)}
        taken = [
            f"{labels.get(rung.key, rung.key)}（{legal_day(rung.recorded_at)}，{rung.fate.label}）"
            for rung in rungs_taken(session, clock)
        ]
        following = (
            f"{labels.get(clock.next_rung, '')}（{legal_day(clock.next_rung_at)}）"
            if clock.next_rung and clock.next_rung_at
            else ""
        )
        rows.append(
            clock_row(clock, petition, shares, today)
            | {"状态": clock.state.label, "下一步": following, "已过": "；".join(taken), "说明": why_lines(session, clock)}
        )
    return rows


@clock_app.command("suspend")
@spoken
def suspend_command(
    number: CaseNumber,
    clock_no: ClockNo,
    officer: OfficerCode,
    reason: Reason,
    basis: Annotated[str, typer.Option("--basis", help="法律依据，写到条；听证时间不必写")] = "",
    hearing: Annotated[bool, typer.Option("--hearing", help="复核听证时间（条例第三十六条第二款）")] = False,
) -> None:
    """中止一个期限的计时：须由信访办主任批准，写明理由和法律依据。"""
    from models.vocabulary.limits import PauseGround
    from models.vocabulary.people import Role
    from tasks.casework.suspending import suspend_clock
    from tasks.keeping.database import database
    from tasks.record.cases import lock_case

    ground = PauseGround.HEARING if hearing else PauseGround.OTHER
    with database().write() as session:
        act = _act(session, officer, Role.DIRECTOR)
        done = suspend_clock(lock_case(session, number), clock_no, act=act, reason=reason, basis=basis, ground=ground)
    say(f"{number} 第 {clock_no} 号期限自 {done.began_on} 起中止计时，依据：{done.basis}")


@clock_app.command("resume")
@spoken
def resume_command(number: CaseNumber, clock_no: ClockNo, officer: OfficerCode, reason: Reason) -> None:
    """恢复一个期限的计时：中止的日数不计入，届满日相应推后。"""
    from rules.lifecycle.row import CLERKS
    from tasks.casework.suspending import resume_clock
    from tasks.keeping.database import database
    from tasks.reading.casefile import shown_day
    from tasks.record.cases import lock_case

    with database().write() as session:
        clock = resume_clock(lock_case(session, number), clock_no, act=_act(session, officer, *CLERKS), reason=reason)
    say(f"{number} 第 {clock_no} 号期限恢复计时，共中止 {clock.suspended_days} 日，届满日 {shown_day(clock)}")


@clock_app.command("reply")
@spoken
def reply_command(
    number: CaseNumber,
    clock_no: ClockNo,
    officer: OfficerCode,
    said: Annotated[str, typer.Option("--said", prompt="反馈内容", help="反馈内容")],
) -> None:
    """登记反馈：督办的答复、催办时的承诺、会议任务完成。"""
    from rules.lifecycle.row import CLERKS
    from tasks.casework.oversight import record_reply
    from tasks.keeping.database import database
    from tasks.record.cases import lock_case

    with database().write() as session:
        record_reply(lock_case(session, number), clock_no, act=_act(session, officer, *CLERKS), said=said)
    say(f"{number} 第 {clock_no} 号期限已登记反馈，停止计时")


@clock_app.command("step")
@spoken
def step_command(
    number: CaseNumber,
    step: Annotated[
        str, typer.Argument(metavar="步骤", help="升级阶梯的步骤，如 报告分管副主任（to_leader）、提请主任会议（to_chairs）")
    ],
    officer: OfficerCode,
    reason: Reason,
    dispatch: Annotated[int | None, typer.Option("--dispatch", help="派件序号；信访办自己的期限不填")] = None,
) -> None:
    """登记已由人工办理的升级步骤（如当面报告分管副主任）；升级阶梯随之前移。"""
    from models.vocabulary.people import Role
    from rules.lifecycle.row import CLERKS
    from tasks.casework.oversight import escalate
    from tasks.keeping.database import database
    from tasks.record.cases import lock_case

    with database().write() as session:
        act = _act(session, officer, *CLERKS, Role.VICE_CHAIR)
        case = lock_case(session, number if dispatch is None else f"{number}/{dispatch}")
        moved = escalate(case, act=act, rung=step, reason=reason).facts.get("clocks", [])
    effect = f"第 {'、'.join(map(str, moved))} 号期限的升级阶梯随之前移" if moved else "没有期限在等这一步，各期限的升级阶梯不变"
    say(f"{number} 已登记：{step}；{effect}")


def _act(session: "Session", officer: str, *roles: "Role") -> "Act":
    from rules.zone import legal_day
    from tasks.record.act import Act, find_actor

    as_of = now()
    if not officer.strip():
        fail("请填写本人工号（--officer）")
    return Act(actor=find_actor(session, at_the_console(officer), roles=roles, on=legal_day(as_of)), as_of=as_of)
