"""The command that takes an old ledger over: import."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli.console import at_the_console
from desk.cli.output import MISUSED, REFUSED, fail, say, say_json, spoken
from desk.wall_time import now

if TYPE_CHECKING:
    from tasks.keeping.database import Database
    from tasks.ledger.takeover import ImportProgress, ImportReport
    from tasks.record.act import Act

INTERRUPTED = 130
MOST_SHOWN = 20
COLUMNS_HELP = '列对照文件（TOML）：[columns] 下写 "列名" = "字段"，[defaults] 下写 "字段" = "缺省值"'


@spoken
def import_command(
    file: Annotated[Path, typer.Argument(metavar="文件", help="旧台账，CSV 或 XLSX，首行为列名")],
    columns: Annotated[Path | None, typer.Option("--columns", help=COLUMNS_HELP)] = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", help="退回行写到哪里；不填则在台账旁")] = None,
    officer: Annotated[str, typer.Option("--officer", help="经办人工号；不填按系统登记")] = "",
    sheet: Annotated[str, typer.Option("--sheet", help="只读这个工作表；不填则读表头相同的各表，隐藏的不读")] = "",
    day_order: Annotated[str, typer.Option("--day-order", help="数字日期的次序：年月日、月日年或日月年")] = "年月日",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不登记")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """导入旧台账：好的行登记为历史件，有问题的行退回并写明原因；可反复执行。"""
    from tasks.keeping.database import database
    from tasks.ledger.takeover import ImportPlan, LedgerError, import_ledger

    casework = database()
    try:
        with _Bar("检查" if dry_run else "登记") as progress:
            act = _act(casework, officer)
            plan = ImportPlan(columns=columns, rejects=rejects, dry_run=dry_run, sheet=sheet, day_order=day_order)
            report = import_ledger(casework, file, plan, act=act, progress=progress)
    except LedgerError as refused:
        fail(str(refused), MISUSED)
    except KeyboardInterrupt:
        fail("已中断：登记了的保留，退回行已写出；再运行一次同一文件即可接着办", INTERRUPTED)
    _tell(report, dry_run=dry_run, as_json=as_json)
    if report.rejected:
        raise SystemExit(REFUSED)


def _act(casework: "Database", officer: str) -> "Act":
    """Act for the officer, or for the system; a database that has no tables yet gets them."""
    from sqlalchemy import inspect

    from rules.lifecycle.row import CLERKS
    from rules.zone import legal_day
    from tasks.keeping.schema import migrate
    from tasks.record.act import SYSTEM, Act, find_actor

    as_of = now()
    if not inspect(casework.engine).has_table("petition"):
        migrate(casework)
    if not officer:
        return Act(actor=SYSTEM, as_of=as_of)
    with casework.read() as session:
        return Act(actor=find_actor(session, at_the_console(officer), roles=CLERKS, on=legal_day(as_of)), as_of=as_of)


class _Bar:
    """A progress bar on the error stream, so that what is printed stays clean."""

    def __init__(self, verb: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task(verb, total=None)

    def __enter__(self) -> "ImportProgress":
        return self._show

    def _show(self, done: int, total: int | None) -> None:
        self._bar.start()  # no sooner: a file that cannot be used gets its sentence only
        self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        if self._bar.live.is_started:
            self._bar.stop()


def _tell(report: "ImportReport", *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "lines": report.lines,
                "registered": report.registered,
                "rejected": report.rejected,
                "known": report.known,
                "dry_run": dry_run,
                "rejects": [{"row": reject.row_number, "reason": reject.reason} for reject in report.rejects],
                "warnings": report.warnings,
                "known_rows": report.known_rows,
                "unknown_columns": report.unknown_columns,
                "rejects_path": report.rejects_path,
            }
        )
        return
    if report.unknown_columns:
        say(f"这些列不认识，未导入（可用 --columns 指明）：{'、'.join(report.unknown_columns)}")
    for warning in report.warnings[:MOST_SHOWN]:
        say(f"提醒：{warning}")
    if len(report.warnings) > MOST_SHOWN:
        say(f"另有提醒 {len(report.warnings) - MOST_SHOWN} 条，用 --json 查看全部")
    if report.rejects_path:
        say(f"退回行和原因见 {report.rejects_path}，改正后可直接导入该文件")
    for known in report.known_rows[:MOST_SHOWN]:
        say(known)
    if len(report.known_rows) > MOST_SHOWN:
        say(f"另有以前登记过的 {len(report.known_rows) - MOST_SHOWN} 行，用 --json 查看全部")
    say(f"台账共 {report.lines} 行 = 登记 {report.registered} + 退回 {report.rejected} + 已登记过 {report.known}")
    verb = "试运行，未登记：可登记" if dry_run else "登记"
    say(f"{verb} {report.registered} 件，退回 {report.rejected} 行，已登记过 {report.known} 行")
