"""The commands about calendars: import one, list them, take one back, count open limits anew."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desk.cli.console import at_the_console
from desk.cli.output import MISUSED, fail, say, say_json, spoken, table
from desk.wall_time import now

if TYPE_CHECKING:
    from tasks.record.act import Act
    from tasks.sweeping.calendar_import import Applied, Move

calendar_app = typer.Typer(help="工作日历：导入放假通知、查看影响、撤销", no_args_is_help=True)
DirectorCode = Annotated[str, typer.Option("--officer", prompt="本人工号（信访办主任）", help="本人工号，须为信访办主任")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="不再询问，直接执行")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只看影响，不改动")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]
SHOWN = 30


@calendar_app.command("import")
@spoken
def import_command(
    file: Annotated[Path, typer.Argument(metavar="文件", help="国务院办公厅放假通知的文本，或 TOML 日历")],
    officer: Annotated[str, typer.Option("--officer", help="本人工号，须为信访办主任")] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """导入一年的放假安排：先看哪些期限会变、变多少，同意后一次生效，逐件记入案卷。"""
    from rules.data.notice import read_calendar_text
    from tasks.keeping.database import database
    from tasks.sweeping.calendar_import import import_calendar, preview

    found = read_calendar_text(file.name, _text(file))
    with database().read() as session:
        moves = preview(session, found)
    _show(
        f"{f'{found.year}年' if found.year else '本地'}日历：休息日 {len(found.rest)} 天，调休上班 {len(found.makeup)} 天",
        moves,
        as_json,
        dry_run,
    )
    if dry_run or not _agreed(yes, moves, as_json):
        return
    code = _code(officer)
    with database().write(alone=True) as session:
        done = import_calendar(session, found, act=_director(session, code))
    _tell(f"已导入（第 {done.import_id} 号）", done, as_json)


@calendar_app.command("recount")
@spoken
def recount_command(
    officer: Annotated[str, typer.Option("--officer", help="本人工号，须为信访办主任")] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """按现行日历重算未完成的期限（升级带来新年份、更换本地日历之后）。"""
    from tasks.keeping.database import database
    from tasks.sweeping.calendar_import import recount

    with database().read() as session:
        moves = recount(session).moves
    _show("按现行日历重算", moves, as_json, dry_run)
    if not moves and as_json and not dry_run:
        say_json({"import": None, "moves": []})
    if dry_run or not moves or not _agreed(yes, moves, as_json):
        return
    code = _code(officer)
    with database().write(alone=True) as session:
        done = recount(session, act=_director(session, code))
    _tell("已重算", done, as_json)


@calendar_app.command("rollback")
@spoken
def rollback_command(
    number: Annotated[int, typer.Argument(metavar="编号", help="导入编号，见 xinfang calendar list")],
    officer: DirectorCode,
    as_json: AsJson = False,
) -> None:
    """撤销一次导入：由它变动的期限恢复原状，逐件记入案卷。"""
    from tasks.keeping.database import database
    from tasks.sweeping.calendar_import import roll_back

    with database().write(alone=True) as session:
        done = roll_back(session, number, act=_director(session, officer))
    _tell(f"已撤销第 {number} 号", done, as_json)


@calendar_app.command("list")
@spoken
def list_command(as_json: AsJson = False) -> None:
    """列出现行日历的年份和每一次导入。"""
    from rules.zone import legal_day
    from tasks.keeping.database import database
    from tasks.limits.rulebook import calendar
    from tasks.sweeping.calendar_import import imports, open_provisional

    with database().read() as session:
        rows = [
            {
                "编号": one.id,
                "日历": one.title,
                "年份": one.year or "本地",
                "导入": legal_day(one.imported_at).isoformat(),
                "工号": one.imported_by,
                "状态": f"已撤销（{one.withdrawn_by}）" if one.withdrawn_at else "有效",
            }
            for one in imports(session)
        ]
        here, waiting = calendar(session), open_provisional(session)
    if as_json:
        say_json({"version": here.version, "years": sorted(here.years), "imports": rows, "recountable": waiting})
        return
    say(f"现行日历 {here.version}，含 {min(here.years)} 至 {max(here.years)} 年")
    table("导入记录", rows)
    if waiting:
        say(f"有 {waiting} 个暂定期限已可重算：xinfang calendar recount")


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError:
        fail(f"无法读取 {file}：文件不存在或者没有权限", MISUSED)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    fail(f"{file.name} 不是文本文件：请把通知另存为 TXT（UTF-8），或者写成 TOML", MISUSED)


def _code(officer: str) -> str:
    """Ask who it is before anything is locked: while the calendar changes nobody else can write."""
    return officer or str(typer.prompt("本人工号（信访办主任）"))


def _director(session: object, officer: str) -> "Act":
    from sqlmodel import Session

    from models.vocabulary.people import Role
    from rules.zone import legal_day
    from tasks.record.act import Act, find_actor

    assert isinstance(session, Session)
    as_of = now()
    return Act(actor=find_actor(session, at_the_console(officer), roles=(Role.DIRECTOR,), on=legal_day(as_of)), as_of=as_of)


def _agreed(yes: bool, moves: "tuple[Move, ...]", as_json: bool) -> bool:
    if yes:
        return True
    later = sum(move.days > 0 for move in moves)
    if typer.confirm(f"其中 {later} 个期限推后。是否生效？", default=False, err=as_json):
        return True
    say("未作任何改动")
    return False


def _show(title: str, moves: "tuple[Move, ...]", as_json: bool, dry_run: bool) -> None:
    if as_json:
        if dry_run:
            say_json({"import": None, "moves": [_record(move) for move in moves]})
        return
    say(title)
    rows = [
        {
            "编号": move.petition_no,
            "序号": move.clock_no,
            "期限": move.label,
            "原定": _marked(move.due_before, move.provisional_before),
            "改为": _marked(move.due_after, move.after.provisional),
            "变动": _moved(move),
        }
        for move in moves[:SHOWN]
    ]
    table(f"受影响的期限 {len(moves)} 个", rows)
    if len(moves) > SHOWN:
        say(f"……另有 {len(moves) - SHOWN} 个，全部见 --json")


def _marked(day: object, provisional: bool) -> str:
    return f"{day}{'（暂定）' if provisional else ''}"


def _moved(move: "Move") -> str:
    if move.kept:
        return f"新日历为 {move.after.effective}，不提前"
    if not move.days:
        return "日期不变，已确定" if move.provisional_before else "日期不变"
    return f"推后 {move.days} 日" if move.days > 0 else f"提前 {-move.days} 日"


def _tell(what: str, done: "Applied", as_json: bool) -> None:
    later, earlier = sum(move.days > 0 for move in done.moves), sum(move.days < 0 for move in done.moves)
    kept = sum(move.kept for move in done.moves)
    if as_json:
        say_json({"import": done.import_id, "moves": [_record(move) for move in done.moves]})
        return
    petitions = len({move.petition_no for move in done.moves})
    say(
        f"{what}：{petitions} 件信访、{len(done.moves)} 个期限；推后 {later}，提前 {earlier}，按设置不提前 {kept}；已逐件记入案卷"
    )


def _record(move: "Move") -> dict[str, object]:
    return {
        "number": move.petition_no,
        "clock": move.clock_no,
        "label": move.label,
        "before": move.due_before.isoformat(),
        "after": move.due_after.isoformat(),
        "days": move.days,
        "kept": move.kept,
        "computed": move.after.effective.isoformat(),
        "provisional_before": move.provisional_before,
        "provisional_after": move.after.provisional,
    }
