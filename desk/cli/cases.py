"""The commands about petitions as the parser reads them: list, show, decide, verify, roster, correct."""

from pathlib import Path
from typing import Annotated

import typer

from desk.cli import daily
from desk.cli.console import at_the_console
from desk.cli.output import fail, say, say_json, spoken
from desk.wall_time import now

Number = Annotated[str, typer.Argument(metavar="编号", help="信访件编号，如 XF-2026-0001；派件如 XF-2026-0001/2")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def list_command(
    stage: Annotated[str, typer.Option(help="阶段：登记受理、拟办审批、办理、答复、结案归档、已了结")] = "",
    unit: Annotated[str, typer.Option(help="承办单位名称或代码")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只列超期件")] = False,
    limit: Annotated[int, typer.Option(help="最多列多少件", min=1)] = 200,
    as_json: AsJson = False,
) -> None:
    """列出信访件：状态、等待谁、三个期限。"""
    daily.list_cases(stage=stage, unit=unit, overdue=overdue, limit=limit, as_json=as_json)


def show_command(number: Number, as_json: AsJson = False) -> None:
    """显示一件信访的案卷（姓名等已遮蔽）。"""
    daily.show_case(number=number, as_json=as_json)


def decide_command(
    number: Number,
    step: Annotated[str, typer.Argument(metavar="步骤", help="如 待甄别 或 screen；留空则为当前步骤")] = "",
    answer: Annotated[Path | None, typer.Option("--answer", help="JSON 文件，字段同表单")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="字段=值，可多次；字段用中文标题或英文名")] = None,
) -> None:
    """在终端填写与网页相同的表单；办完立即生效，流程随后跟上。"""
    daily.decide_case(number=number, step=step, answer=answer, set_=set_)


@spoken
def verify_command(
    as_json: AsJson = False,
    anchors: Annotated[
        Path | None, typer.Option("--anchor", metavar="文件", help="与另处保存的锚比较（verify 每次印出的那一行，可存多行）")
    ] = None,
) -> None:
    """核验案卷记录：有无被改动、删除、插入或调换；印出锚，请抄存别处。"""
    from tasks.keeping.database import database
    from tasks.keeping.vault import vault
    from tasks.record.anchors import anchor
    from tasks.record.verifying import compare, verify

    with database().read() as session:
        found = verify(session, vault())
        findings = [*found.findings, *(compare(session, _words_of(anchors), vault()) if anchors else ())]
        line = anchor(session, as_of=now()).line(vault())
    if as_json:
        figures = {"petitions": found.petitions, "events": found.events, "unsummed": found.unsummed, "anchor": line}
        say_json(figures | {"findings": [vars(f) for f in findings]})
    for finding in () if as_json else findings:
        say(f"{finding.number}{f' 第 {finding.seq} 条' if finding.seq else ''}：{finding.problem}")
    if findings:
        fail(f"核验 {found.petitions} 件、{found.events} 条记录，发现 {len(findings)} 处问题")
    if not as_json:
        old = f"；其中 {found.unsummed} 件自升级以来没有办理过，案卷内容尚未签名" if found.unsummed else ""
        say(line)
        say(f"核验 {found.petitions} 件、{found.events} 条记录，未发现问题{old}")


def _words_of(file: Path) -> str:
    from tasks.record.anchors import AnchorError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorError(f"锚文件 {file.name} 无法读取，请核对路径") from error


@spoken
def roster_command(file: Annotated[Path, typer.Argument(metavar="文件", help="单位和人员名册（TOML）")]) -> None:
    """载入或更新单位和人员名册；可反复执行，不删除任何人。"""
    from tasks.keeping.database import database
    from tasks.record.roster import load_roster

    with database().write() as session:
        organs, officers = load_roster(session, file)
    say(f"已载入单位 {organs} 个、人员 {officers} 名")


@spoken
def correct_command(
    number: Number,
    officer: Annotated[str, typer.Option("--officer", "--as", prompt="本人工号", help="本人工号")],
    reason: Annotated[str, typer.Option("--reason", prompt="更正理由", help="为何更正")],
    set_: Annotated[list[str], typer.Option("--set", help="字段=值，可多次；如 标题=…、信访人姓名=…、投诉内容=…")],
) -> None:
    """更正登记时录错的事实（标题、内容、信访人、形式、被反映人等）；理由和前后内容加密记入案卷。"""
    from rules.lifecycle.row import CLERKS
    from rules.zone import legal_day
    from tasks.forms.correcting import FactsForm, apply_facts
    from tasks.keeping.database import database
    from tasks.record.act import Act, find_actor
    from tasks.record.cases import lock_case

    as_of = now()
    answer = FactsForm.model_validate(daily.given_fields(FactsForm, None, set_) | {"reason": reason})
    with database().write() as session:
        actor = find_actor(session, at_the_console(officer), roles=CLERKS, on=legal_day(as_of))
        apply_facts(lock_case(session, number), answer, Act(actor=actor, as_of=as_of))
    say(f"{number} 已更正登记")
