"""The command that computes a due date and says why: due."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desk.output import MISUSED, fail, say, say_json, spoken, table
from rules.errors import CaseworkError

UNIT_WORDS = {"calendar_day": "日", "working_day": "个工作日", "month": "个月"}


@spoken
def due(
    rule: Annotated[str, typer.Argument(metavar="规则", help="规则名（见 --list），或直接给期限：15d、5wd、3m")] = "",
    start: Annotated[str, typer.Argument(metavar="起算日", help="例如 2026-03-02")] = "",
    pack: Annotated[str, typer.Option(help="规则包")] = "npc_city",
    on: Annotated[str, typer.Option(help="按哪一天有效的规则包版本；不填按起算日")] = "",
    roll: Annotated[bool, typer.Option("--roll/--no-roll", help="届满日逢休息日是否顺延")] = True,
    explain: Annotated[bool, typer.Option("--explain", help="逐步说明")] = False,
    list_rules: Annotated[bool, typer.Option("--list", help="列出规则")] = False,
    batch: Annotated[Path | None, typer.Option(help="CSV 文件（列：rule,start），一次算多条")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """计算期限：原始届满日、顺延后的届满日、依据和理由。"""
    if list_rules:
        _list(pack, on, as_json)
    elif batch is not None:
        _batch(batch, pack, on, roll)
    elif not rule or not start:
        fail("请给出规则和起算日，例如：xinfang due handle 2026-03-02；规则见 xinfang due --list", MISUSED)
    else:
        _one(rule, start, pack, on, roll, explain, as_json)


def _one(rule: str, start: str, pack: str, on: str, roll: bool, explain: bool, as_json: bool) -> None:
    try:
        found = answer(rule, start, pack=pack, on=on, roll=roll)
    except CaseworkError as refused:
        fail(str(refused), MISUSED)
    if as_json:
        say_json(found)
        return
    mark = "（暂定）" if found["provisional"] else ""
    say(f"{found['effective']}{mark}　依据：{found['basis']}" + (f"　原始届满日 {found['raw']}" if found["raw"] != found["effective"] else ""))
    for step in found["steps"] if explain else ():
        say(f"  {step}")


def answer(rule: str, start: str, *, pack: str, on: str = "", roll: bool = True) -> dict[str, Any]:
    """Compute one due date as plain data; raises ``CaseworkError`` in the office's words."""
    from rules.deadlines import compute_due, parse_length
    from rules.packs import load_packs
    from rules.working_days import load_calendar

    begins = read_day(start, "起算日")
    direct = rule[:1].isdigit()
    chosen = load_packs().pack_for(pack, read_day(on, "--on") if on else begins)
    found = parse_length(rule) if direct else chosen.rule(rule)
    version = "" if direct else chosen.version
    result = compute_due(found, begins, load_calendar(), roll_last_day=roll, pack_version=version)
    return {
        "rule": rule, "start": start, "raw": result.raw.isoformat(), "effective": result.effective.isoformat(),
        "provisional": result.provisional, "basis": result.basis, "pack": result.pack_version,
        "calendar": result.calendar_version, "steps": list(result.steps),
    }  # fmt: skip


def read_day(text: str, what: str) -> date:
    """Read an ISO day; raises ``DeadlineError``."""
    from rules.deadlines import DeadlineError

    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise DeadlineError(f"{what}“{text}”不是有效日期，请按 2026-03-02 的样子填写") from None


def _list(pack: str, on: str, as_json: bool) -> None:
    from rules.packs import load_packs

    chosen = load_packs().pack_for(pack, read_day(on, "--on") if on else date.max)
    rows = [
        {"规则": rule.key, "名称": rule.label, "期限": f"{rule.length} {UNIT_WORDS[rule.unit]}", "起算": rule.starts_on, "依据": rule.article}
        for rule in chosen.rules.values()
    ]
    if as_json:
        say_json([{"key": r["规则"], "label": r["名称"], "length": r["期限"], "starts_on": r["起算"], "article": r["依据"]} for r in rows])
    else:
        table(f"{chosen.name}（{chosen.version}）", rows)


def _batch(path: Path, pack: str, on: str, roll: bool) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        fail(f"文件 {path} 无法读取，请用 UTF-8 的 CSV", MISUSED)
    reader = csv.DictReader(io.StringIO(text))
    if not {"rule", "start"} <= set(reader.fieldnames or ()):
        fail(f"文件 {path} 的首行须有 rule 和 start 两列", MISUSED)
    results, bad = [], 0
    for number, row in enumerate(reader, start=2):
        try:
            results.append(answer(row["rule"] or "", row["start"] or "", pack=pack, on=on, roll=roll))
        except CaseworkError as refused:
            bad += 1
            results.append({"rule": row["rule"], "start": row["start"], "row": number, "error": str(refused)})
    say_json(results)
    if bad:
        fail(f"有 {bad} 行算不出来，见输出中的 error")
