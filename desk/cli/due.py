"""``xinfang due``: on which day a limit ends, and why; for one date or for a file of many."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from desk.cli.output import MISUSED, REFUSED, fail, say, say_json, spoken, table

if TYPE_CHECKING:
    from rules.deadlines import Deadline
    from rules.packs import Pack, Rule
    from rules.working_days import Calendar
    from tasks.keeping.settings import Settings

COLUMNS = ("rule", "start")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@spoken
def due(
    rule: Annotated[str | None, typer.Argument(help="规则键（见 --list），或直接写期限：15d、5wd、3m")] = None,
    start: Annotated[str | None, typer.Argument(help="起算日，如 2026-03-02（当日不计入）")] = None,
    *,
    pack: Annotated[str | None, typer.Option(help="规则包，如 npc_city、shanghai；默认用系统设置的规则包")] = None,
    on: Annotated[str | None, typer.Option(help="按哪一天施行的版本；默认为起算日")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="逐步说明为什么是这一天")] = False,
    no_roll: Annotated[bool, typer.Option("--no-roll", help="最后一日是休息日时不顺延")] = False,
    list_rules: Annotated[bool, typer.Option("--list", help="列出规则包中的规则")] = False,
    batch: Annotated[Path | None, typer.Option(help="CSV 文件（列：rule,start），一次算完")] = None,
) -> None:
    """计算办理期限的届满日，并说明依据。"""
    from rules.errors import CaseworkError

    try:
        desk = _open(pack, read_day(on, "--on") if on else None, no_roll)
        if list_rules:
            _list(desk, as_json)
        elif batch is not None:
            _batch(desk, batch, as_json, explain)
        elif rule and start:
            _one(desk, rule, start, as_json, explain)
        else:
            _misused("请写明规则和起算日，例如 xinfang due handle 2026-03-02；规则见 xinfang due --list")
    except CaseworkError as refused:
        _misused(str(refused))


@dataclass(frozen=True)
class _Desk:
    """What every answer of one call shares."""

    pack: str
    on: date | None
    roll: bool
    calendar: Calendar

    def version(self, start: date | None = None) -> Pack:
        """The pack's version for a start day; without one, the latest."""
        from rules.data.pack_files import load_packs
        from tasks.keeping.settings import settings

        return load_packs(own=settings().pack_folder).pack_for(self.pack, self.on or start or date.max)

    def answer(self, rule: str, start: str) -> Deadline:
        """Count one limit, of the pack or given directly."""
        from rules.deadlines import compute_due, parse_length

        day = read_day(start, "起算日")
        if rule[:1].isdigit():
            return compute_due(parse_length(rule), day, self.calendar, roll_last_day=self.roll)
        version = self.version(day)
        limit = version.rule(rule)
        return compute_due(limit, day, self.calendar, roll_last_day=self.roll, pack_version=version.version)


def _open(pack: str | None, on: date | None, no_roll: bool) -> _Desk:
    from tasks.keeping.settings import settings

    chosen = settings()
    return _Desk(pack or chosen.pack, on, chosen.roll_last_day and not no_roll, _calendar(chosen))


def _calendar(chosen: Settings) -> Calendar:
    """The calendar in force: with what was imported where there is a casework database, else as shipped."""
    from rules.working_days import load_calendar

    if not chosen.database_url and not (chosen.home / "casework.db").exists():
        return load_calendar(chosen.calendar_overlay)
    from sqlalchemy.exc import DBAPIError

    from tasks.keeping.database import database
    from tasks.limits.rulebook import calendar

    try:
        with database().read() as session:
            return calendar(session)
    except DBAPIError:  # not migrated yet, or not there
        return load_calendar(chosen.calendar_overlay)


def _one(desk: _Desk, rule: str, start: str, as_json: bool, explain: bool) -> None:
    found = desk.answer(rule.strip(), start)
    if as_json:
        say_json(_record(found, explain))
        return
    rolled = f"（顺延前 {found.raw}）" if found.raw != found.effective else ""
    say(f"{found.effective}{rolled}{'（暂定）' if found.provisional else ''}　依据：{found.basis}")
    for line in found.why if explain else ():
        say(f"  {line}")


def _batch(desk: _Desk, path: Path, as_json: bool, explain: bool) -> None:
    from rules.deadlines import DeadlineError
    from rules.errors import CaseworkError

    answers: list[dict[str, Any]] = []
    for number, cells in _rows(path):
        rule, start = ((cells.get(column) or "").strip() for column in COLUMNS)
        answer: dict[str, Any] = {"row": number, "rule": rule, "start": start}
        try:
            if not rule or not start:
                raise DeadlineError("rule 或 start 为空")
            answers.append(answer | _record(desk.answer(rule, start), explain))
        except CaseworkError as refused:
            answers.append(answer | {"error": f"第 {number} 行：{refused}"})
    bad = sum("error" in answer for answer in answers)
    if as_json:
        say_json(answers)
    else:
        table(f"{path.name}：{len(answers)} 行，{bad} 行有误", [_line(answer) for answer in answers])
    if bad:
        fail(f"{path.name} 共 {len(answers)} 行，其中 {bad} 行有误，其余已算出", REFUSED)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Read a CSV file's rows with their line numbers; a byte order mark and Excel's own encoding are welcome."""
    try:
        reader = csv.reader(StringIO(_decoded(path.read_bytes()), newline=""))
        names = [name.strip().lower() for name in next(reader, [])]
        rows = [(reader.line_num, dict(zip(names, cells, strict=False))) for cells in reader if cells]
    except (OSError, UnicodeDecodeError, csv.Error):
        _misused(f"无法读取 {path.name}：文件不存在、没有权限或者不是 CSV")
    if missing := [column for column in COLUMNS if column not in names]:
        _misused(f"{path.name} 缺少列：{'、'.join(missing)}（应有 rule,start）")
    return rows


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")  # what Chinese Excel writes


def _record(found: Deadline, explain: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "rule": found.rule_key,
        "start": found.start.isoformat(),
        "raw": found.raw.isoformat(),
        "effective": found.effective.isoformat(),
        "provisional": found.provisional,
        "basis": found.basis,
        "pack": found.pack_version,
        "calendar": found.calendar_version,
    }
    return record | {"steps": list(found.why)} if explain else record


def _line(answer: dict[str, Any]) -> dict[str, Any]:
    provisional = "暂定" if answer.get("provisional") else ""
    return {
        "行": answer["row"],
        "规则": answer["rule"],
        "起算": answer["start"],
        "计满": answer.get("raw"),
        "届满": answer.get("effective"),
        "暂定": provisional,
        "依据或错误": answer.get("error") or answer.get("basis"),
    }


def _list(desk: _Desk, as_json: bool) -> None:
    pack = desk.version()
    if as_json:
        say_json([_rule_record(rule, pack) for rule in pack.rules])
        return
    rows = [{"键": rule.key, "事项": rule.label, "期限": _length(rule), "依据": rule.article} for rule in pack.rules]
    table(f"规则包 {pack.label}（{pack.version}）", rows)


def _length(rule: Rule) -> str:
    from rules.packs import TimeUnit

    if rule.unit is TimeUnit.GIVEN_DAY:
        return "另行定日"
    return f"{rule.length} {rule.unit.word}" if rule.length else "当日"


def _rule_record(rule: Rule, pack: Pack) -> dict[str, Any]:
    return {
        "key": rule.key,
        "label": rule.label,
        "length": rule.length,
        "unit": rule.unit,
        "article": rule.article,
        "pack": pack.version,
    }


def read_day(text: str, name: str) -> date:
    """Read a day as people write it; raises ``DeadlineError``."""
    from rules.deadlines import DeadlineError

    found = DAY.fullmatch(text.strip())
    try:
        return date(*map(int, found.groups() if found else ()))
    except (TypeError, ValueError):
        raise DeadlineError(f"{name}“{text}”不是日期，请写成 2026-03-02") from None


def _misused(sentence: str) -> NoReturn:
    fail(sentence, MISUSED)
