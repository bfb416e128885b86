"""The commands of every day, without their parser: list petitions, show one, decide its step.

They start many times an hour: whatever they do not need is not imported, and what only some of them need, where they do.
"""

from pathlib import Path
from typing import Any

from desk.cli.console import at_the_console
from desk.cli.output import fail, say, say_json, spoken, table
from desk.wall_time import now

HEADS = {
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
"""The columns of a list."""


@spoken
def list_cases(*, stage: str = "", unit: str = "", overdue: bool = False, limit: int = 200, as_json: bool = False) -> None:
    """Print the petitions that fit, oldest first."""
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
    for row in rows:
        row |= {name: f"{row[name]}（暂定）" for name in row["provisional_fields"] if name in row}
    table("信访件", [{head: row[name] for name, head in HEADS.items()} for row in rows])


@spoken
def show_case(*, number: str, as_json: bool = False) -> None:
    """Print a petition's file, masked."""
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
def decide_case(*, number: str, step: str = "", answer: Path | None = None, set_: list[str] | None = None) -> None:
    """Decide a petition's step with what was written down for it, or ask for each field; print where it stands then."""
    from models.vocabulary.case import Step
    from tasks.decide import FORMS, decide, find_place
    from tasks.forms.typed_number import take_number
    from tasks.keeping.database import database
    from tasks.record.act import Arrival

    with database().read() as session:
        current = find_place(session, number).step
    try:
        chosen = Step.read(step) if step else current
    except ValueError as error:
        fail(str(error), 2)
    if chosen is None:
        fail(f"{number} 当前没有等待人工办理的步骤")
    form = FORMS[chosen].form
    given = given_fields(form, answer, set_ or []) if answer or set_ else _prompted(form, chosen.label)
    code, fields = take_number(given)
    with database().write() as session:
        decide(session, number, chosen, fields, at_the_console(code), Arrival(now()))
    with database().read() as session:
        place = find_place(session, number)
    state = (place.dispatch or place.petition).state.label
    say(f"{number} {chosen.label}已办理，当前状态：{state}{f'，等待：{place.step.label}' if place.step else ''}")


def given_fields(form: Any, answer: Path | None, pairs: list[str]) -> dict[str, str]:
    """Read what was written for a form: a file of JSON, and pairs of field and value over it; ends with a sentence otherwise."""
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
    import typer

    schema = form.model_json_schema()["properties"]
    given = {}
    for name, field in sorted(schema.items(), key=lambda item: item[1].get("position", 0)):
        hint = "、".join(field.get("enum", [])) or field.get("description") or ""
        asked = f"{field['title']}{f'（{hint}）' if hint else ''}"
        given[name] = typer.prompt(asked, default=str(field.get("default", "")), show_default="enum" in field)
    return given
