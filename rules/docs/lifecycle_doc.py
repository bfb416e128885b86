"""The lifecycle as a page for people: ``python -m rules.docs.lifecycle_doc > docs/lifecycle.md``."""

import sys
from collections.abc import Iterator

from models.vocabulary.case import Stage, State
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import AnyState, Transition
from rules.lifecycle.share import DISPATCH_ROWS
from rules.lifecycle.stages import STAGES

Rows = tuple[Transition, ...]
DRAWN_ONE_BY_ONE = 3
"""A row with more sources than this is drawn once, from a box that names them all; sixty arrows cannot be read."""
HEAD = """# 流转表

<!-- Generated: python -m rules.docs.lifecycle_doc > docs/lifecycle.md. Change rules/lifecycle/petition.py and share.py, not this page. -->

一件信访件只能按本表流转；表中没有的，系统一律拒绝，并说明理由。“计时”一栏：`+` 起算，`−` 停止，`*` 为该件的全部计时。
"""
TABLE_HEAD = "| 事件 | 自 | 至 | 由谁办理 | 条件 | 计时 | 函件 | 依据 |\n|---|---|---|---|---|---|---|---|\n"


def diagram(rows: Rows) -> str:
    """Draw the rows as a mermaid state diagram, petitions grouped by stage; overlays are not drawn."""
    drawn = [row for row in rows if row.target is not None]
    states = list(dict.fromkeys(state for row in drawn for state in (*row.sources, row.target) if state is not None))
    lines = ["stateDiagram-v2", *_boxes(drawn, states), f"    [*] --> {states[0].value}", *_arrows(drawn)]
    left = {source for row in drawn for source in row.sources}
    lines += [f"    {state.value} --> [*]" for state in states if state not in left]
    return "\n".join(lines) + "\n"


def overlays(rows: Rows) -> str:
    """List the events that leave the state as it is."""
    return "".join(f"- {row.event.label}（{_roles(row)}）：{row.basis}\n" for row in rows if row.target is None)


def table(rows: Rows) -> str:
    """Render the rows as a Markdown table, one line each."""
    return TABLE_HEAD + "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows)


def document() -> str:
    """Write the whole page: both diagrams, the overlays and both tables."""
    return (
        f"{HEAD}\n## 信访件\n\n```mermaid\n{diagram(PETITION_ROWS)}```\n\n"
        f"下列事件不改变状态，图中未画：\n\n{overlays(PETITION_ROWS)}\n{table(PETITION_ROWS)}\n"
        f"## 承办单位的派件\n\n```mermaid\n{diagram(DISPATCH_ROWS)}```\n\n{table(DISPATCH_ROWS)}"
    )


def _boxes(drawn: list[Transition], states: list[AnyState]) -> Iterator[str]:
    grouped: dict[Stage | None, list[str]] = {}
    for state in states:
        grouped.setdefault(_stage((state,)), []).append(f'state "{state.label}" as {state.value}')
    for sources in dict.fromkeys(row.sources for row in drawn if len(row.sources) > DRAWN_ONE_BY_ONE):
        box = f'state "任一状态：{_labels(sources)}" as {_origin(sources)}'
        grouped.setdefault(_stage(sources), []).append(box)
    for stage, boxes in grouped.items():
        if stage is None:
            yield from (f"    {box}" for box in boxes)
        else:
            yield f'    state "{stage.label}" as stage_{stage.value} {{'
            yield from (f"        {box}" for box in boxes)
            yield "    }"


def _arrows(drawn: list[Transition]) -> Iterator[str]:
    words: dict[tuple[str, str], list[str]] = {}
    for row in drawn:
        many = len(row.sources) > DRAWN_ONE_BY_ONE
        origins = [_origin(row.sources)] if many else [source.value for source in row.sources]
        for origin in origins:
            words.setdefault((origin, str(row.target)), []).append(row.event.label)
    return (f"    {source} --> {target} : {'、'.join(labels)}" for (source, target), labels in words.items())


def _stage(states: tuple[AnyState, ...]) -> Stage | None:
    """Name the stage that all the states share; a unit's share has no stages, and closed states stand alone."""
    stages = {STAGES[state] if isinstance(state, State) else None for state in states}
    shared = stages.pop() if len(stages) == 1 else None
    return None if shared is Stage.CLOSED else shared


def _origin(sources: tuple[AnyState, ...]) -> str:
    return f"any_of_{len(sources)}_from_{sources[0].value}"


def _cells(row: Transition) -> tuple[str, ...]:
    target = "（不变）" if row.target is None else row.target.label
    clocks = " ".join(
        [*(f"+{key}" for key in row.starts), *(f"−{key}" for key in row.stops), *(f"↻{key}" for key in row.resumes)]
    )
    letters = "、".join(letter.label for letter in row.letters)
    return (row.event.label, _labels(row.sources), target, _roles(row), _condition(row), clocks or "—", letters or "—", row.basis)


def _condition(row: Transition) -> str:
    return (row.guard.__doc__ or row.guard.__name__).strip().splitlines()[0]


def _roles(row: Transition) -> str:
    return "、".join(role.label for role in row.roles)


def _labels(states: tuple[AnyState, ...]) -> str:
    return "、".join(state.label for state in states)


if __name__ == "__main__":
    sys.stdout.write(document())
