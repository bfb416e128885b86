"""The commands that look at petitions and decide them: list, show, decide, verify."""

from pathlib import Path
from typing import Annotated, Any

import typer

from desk.cli.output import fail, say, say_json, spoken, table
from desk.clock import now

Number = Annotated[str, typer.Argument(metavar="编号", help="信访件编号，如 XF-2026-0001；派件如 XF-2026-0001/2")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@spoken
def list_command(
    stage: Annotated[str, typer.Option(help="阶段：登记受理、拟办审批、办理、答复、结案归档、已了结")] = "",
    unit: Annotated[str, typer.Option(help="承办单位名称或代码")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只列超期件")] = False,
    limit: Annotated[int, typer.Option(help="最多列多少件", min=1)] = 200,
    as_json: AsJson = False,
) -> None:
    """列出信访件：状态、等待谁、三个期限。"""
    from models.vocabulary.case import Stage
    from rules.zone import legal_day
    from tasks.keeping.database import database
    from tasks.reading.listing import ListFilter, list_petitions

    try:
        wanted = Stage.read(stage) if stage else None
    except ValueError as error:
        fail(str(error), 2)
    with database().read() as session:
        chosen = ListFilter(stage=wanted, unit=unit, overdue=overdue, today=legal_day(now()), limit=limit)
        rows = list_petitions(session, chosen)
    if as_json:
        say_json(rows)
        return
    heads = {
        "number": "编号",
        "title": "标题",
        "stage_label": "阶段",
        "state_label": "状态",
        "waiting_for": "等待",
        "office_due_on": "本办期限",
        "handler_due_on": "承办期限",
        "upstream_due_on": "来函期限",
        "days_left": "余（日）",
    }
    for row in rows:
        row |= {name: f"{row[name]}（暂定）" for name in row["provisional_fields"] if name in row}
    table("信访件", [{head: row[name] for name, head in heads.items()} for row in rows])


@spoken
def show_command(number: Number, as_json: AsJson = False) -> None:
    """显示一件信访的案卷（姓名等已遮蔽）。"""
    from rules.zone import legal_day
    from tasks.keeping.database import database
    from tasks.reading.casefile import case_file
    from tasks.record.cases import find_petition, split_subject

    with database().read() as session:
        file = case_file(session, find_petition(session, split_subject(number)[0]), today=legal_day(now()))
    if as_json:
        say_json(vars(file))
        return
    for name, text in file.summary.items():
        say(f"{name}：{text}")
    for title, rows in file.tables():
        table(title, rows)


@spoken
def decide_command(
    number: Number,
    step: Annotated[str, typer.Argument(metavar="步骤", help="如 待甄别 或 screen；留空则为当前步骤")] = "",
    answer: Annotated[Path | None, typer.Option("--answer", help="JSON 文件，字段同表单")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="字段=值，可多次；字段用中文标题或英文名")] = None,
) -> None:
    """在终端填写与网页相同的表单；办完立即生效，流程随后跟上。"""
    from models.vocabulary.case import Step
    from tasks.decide import FORMS, decide, find_place
    from tasks.keeping.database import database

    with database().read() as session:
        current = find_place(session, number).step
    try:
        chosen = Step.read(step) if step else current
    except ValueError as error:
        fail(str(error), 2)
    if chosen is None:
        fail(f"{number} 当前没有等待人工办理的步骤")
    form = FORMS[chosen].form
    given = _given(form, answer, set_ or []) if answer or set_ else _prompted(form, chosen.label)
    with database().write() as session:
        decide(session, number, chosen, given, as_of=now())
    with database().read() as session:
        place = find_place(session, number)
    state = (place.dispatch or place.petition).state.label
    say(f"{number} {chosen.label}已办理，当前状态：{state}{f'，等待：{place.step.label}' if place.step else ''}")


def _given(form: Any, answer: Path | None, pairs: list[str]) -> dict[str, str]:
    import json

    given: dict[str, str] = {}
    if answer:
        try:
            given = json.loads(answer.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            fail(f"答案文件 {answer} 无法读取：{error}", 2)
    titles = {field.title: name for name, field in form.model_fields.items()}
    for pair in pairs:
        title, equals, value = pair.partition("=")
        name = titles.get(title, title)
        if not equals or name not in form.model_fields:
            fail(f"没有字段“{title}”，可填：{'、'.join(str(known) for known in titles)}", 2)
        given[name] = value
    return given


def _prompted(form: Any, title: str) -> dict[str, str]:
    say(f"—— {title} ——（直接回车取默认值）")
    schema = form.model_json_schema()["properties"]
    given = {}
    for name, field in sorted(schema.items(), key=lambda item: item[1].get("position", 0)):
        hint = "、".join(field.get("enum", [])) or field.get("description") or ""
        asked = f"{field['title']}{f'（{hint}）' if hint else ''}"
        given[name] = typer.prompt(asked, default=str(field.get("default", "")), show_default="enum" in field)
    return given


@spoken
def verify_command(as_json: AsJson = False) -> None:
    """核验案卷记录：有无被改动、删除、插入或调换。"""
    from tasks.keeping.database import database
    from tasks.keeping.vault import vault
    from tasks.record.verifying import verify

    with database().read() as session:
        found = verify(session, vault())
    if as_json:
        say_json({"petitions": found.petitions, "events": found.events, "findings": [vars(f) for f in found.findings]})
    for finding in () if as_json else found.findings:
        say(f"{finding.number}{f' 第 {finding.seq} 条' if finding.seq else ''}：{finding.problem}")
    if found.findings:
        fail(f"核验 {found.petitions} 件、{found.events} 条记录，发现 {len(found.findings)} 处问题")
    if not as_json:
        say(f"核验 {found.petitions} 件、{found.events} 条记录，未发现问题")


@spoken
def roster_command(file: Annotated[Path, typer.Argument(metavar="文件", help="单位和人员名册（TOML）")]) -> None:
    """载入或更新单位和人员名册；可反复执行，不删除任何人。"""
    from tasks.keeping.database import database
    from tasks.record.roster import load_roster

    with database().write() as session:
        organs, officers = load_roster(session, file)
    say(f"已载入单位 {organs} 个、人员 {officers} 名")


@spoken
def disclose_command(
    number: Number,
    officer: Annotated[str, typer.Option("--officer", prompt="本人工号", help="本人工号")],
    reason: Annotated[str, typer.Option("--reason", prompt="查阅理由", help="为何需要查看完整信息")],
) -> None:
    """查看信访人完整信息；谁、何时、为何查看将记入案卷。"""
    from models.vocabulary.people import Role
    from rules.zone import legal_day
    from tasks.casework.oversight import disclose
    from tasks.keeping.database import database
    from tasks.record.act import Act, find_actor
    from tasks.record.cases import lock_case

    as_of = now()
    roles = (Role.DIRECTOR, Role.CLERK, Role.VICE_CHAIR, Role.ARCHIVIST)
    with database().write() as session:
        actor = find_actor(session, officer, roles=roles, on=legal_day(as_of))
        people = disclose(lock_case(session, number), act=Act(actor=actor, as_of=as_of), reason=reason)
    heads = {"name": "姓名", "id_number": "证件号码", "phone": "电话", "address": "住址", "email": "邮箱"}
    table(f"{number} 信访人", [{heads[field]: text for field, text in person.items()} for person in people])
