"""Reading and checking rule packs: each row whole, cited, in its own version; or refused in words."""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

from models.vocabulary.papers import Letter
from rules.data.data_files import Row, read_file, toml_files
from rules.grounds import SUPERVISION_GROUNDS
from rules.packs import EVERY_STEP, KINDS, Extension, LadderAction, LadderStep, Pack, PackError, Packs, Rule, Unit

REQUIRED = (
    "register",
    "divert",
    "notify",
    "objection",
    "handle",
    "handle_extended",
    "assign",
    "assign_extended",
    "review_request",
    "review",
    "re_review_request",
    "re_review",
    "simple_accept",
    "simple_reply",
    "suggestion_feedback",
    "deputy_suggestion",
    "report_examination",
    "archive",
    "upstream",
    "sign_in",
    "progress",
    "direct",
    "deliver",
    "close",
    "objection_decision",
    "extension_decision",
    "redirect",
    "suspension_review",
    "promise",
    "meeting_task",
    "supervision_reply",
)
OWNERS = ("office", "handler", "upstream", "petitioner", "unit")
EXCLUDED = ("hearing",)
EXTENDED = "_extended"
LONGEST = 3660
KEY = re.compile(r"[a-z]+(_[a-z0-9]+)*")
ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+条")
OFFICE_RULE = "办公室设定"


@lru_cache
def load_packs(folder: Path | None = None, own: Path | None = None) -> Packs:
    """Load and check every pack of a folder (by default the shipped ones) and an office's own beside them.

    Raises ``PackError`` for a pack that is malformed or overlaps another.
    """
    shipped: Traversable = files("rules") / "packs"
    return Packs(read_packs(*(one for one in (folder or shipped, own) if one is not None)))


def read_packs(*folders: Traversable) -> tuple[Pack, ...]:
    """Read the packs of some folders, resolve what they extend and refuse overlaps; oldest versions first."""
    own = [_read_pack(read_file(path, PackError)) for folder in folders for path in toml_files(folder)]
    origin: dict[str, str] = {}
    for row, pack in own:
        if pack.version in origin:
            row.refuse(f"与 {origin[pack.version]} 重叠：规则包 {pack.key} 在 {pack.effective_on} 只能有一个版本")
        origin[pack.version] = row.file
    whole: dict[str, Pack] = {}
    waiting = own
    while waiting:
        ready = [(row, pack) for row, pack in waiting if _base_ready(pack, waiting)]
        if not ready:
            waiting[0][0].refuse(f"extends 互相引用：{waiting[0][1].extends}")
        for row, pack in ready:
            whole[pack.version] = _complete(row, pack, whole.values())
        waiting = [(row, pack) for row, pack in waiting if pack.version not in whole]
    return tuple(sorted(whole.values(), key=lambda pack: (pack.effective_on, pack.key)))


def cited(article: str) -> bool:
    """Say whether a basis names an article, or says openly that the office has set the limit itself."""
    return bool(ARTICLE.search(article)) or article.startswith(OFFICE_RULE)


def _base_ready(pack: Pack, waiting: Iterable[tuple[Row, Pack]]) -> bool:
    """Say whether no version that this one may rest on is still to be completed."""
    return not any(_may_rest_on(pack, other) for _, other in waiting)


def _may_rest_on(pack: Pack, other: Pack) -> bool:
    if other.key != pack.extends or other.version == pack.version:
        return False
    return other.effective_on <= pack.effective_on


def _complete(row: Row, pack: Pack, whole: Iterable[Pack]) -> Pack:
    """Lay a pack's rows over those of the version it extends: the one in force on its first day."""
    rules, ladder = {rule.key: rule for rule in pack.rules}, pack.ladder
    if pack.extends:
        bases = [base for base in whole if _may_rest_on(pack, base)]
        if not bases:
            row.refuse(f"extends 所指的规则包“{pack.extends}”在 {pack.effective_on} 没有版本")
        base = max(bases, key=lambda found: found.effective_on)
        rules, ladder = {rule.key: rule for rule in base.rules} | rules, ladder or base.ladder
    if missing := [key for key in REQUIRED if key not in rules]:
        row.refuse(f"缺少规则 {'、'.join(missing)}")
    if not ladder:
        row.refuse("没有升级阶梯（[[ladder]]）")
    for key in rules:
        _check_extended(row, rules, key)
        _check_steps(row, rules[key], ladder)
    return Pack(
        key=pack.key,
        label=pack.label,
        effective_on=pack.effective_on,
        caution=pack.caution,
        extends=pack.extends,
        rules=tuple(rules.values()),
        ladder=ladder,
    )


def _check_extended(row: Row, rules: dict[str, Rule], key: str) -> None:
    """An extended row repeats its base row's length plus the extension, counted from the same start."""
    base = rules.get(key.removesuffix(EXTENDED))
    if not key.endswith(EXTENDED) or base is None:
        return
    longest = base.length + (base.extension.max if base.extension else 0)
    own = rules[key]
    if (own.length, own.unit) != (longest, base.unit):
        right = f"{longest} {base.unit.word}（{base.key} 加最长延期）"
        row.refuse(f"规则 {key} 应为 {right}，现为 {own.length} {own.unit.word}")


def _check_steps(row: Row, rule: Rule, ladder: tuple[LadderStep, ...]) -> None:
    known = [step.key for step in ladder]
    if rule.escalate != EVERY_STEP and (unknown := [key for key in rule.escalate if key not in known]):
        row.refuse(f"规则 {rule.key} 的 escalate 中的“{'、'.join(unknown)}”不在升级阶梯中，可用：{'、'.join(known)}")


def _read_pack(top: Row) -> tuple[Row, Pack]:
    pack = Pack(
        key=_key(top),
        label=top.text("label"),
        effective_on=top.day("effective_on"),
        caution=top.text("caution", ""),
        extends=top.text("extends", ""),
        rules=tuple(_rule(row) for row in top.rows("rule")),
        ladder=tuple(_step(row) for row in top.rows("ladder")),
    )
    top.done()
    _refuse_twice(top, [rule.key for rule in pack.rules], "规则")
    _refuse_twice(top, [step.key for step in pack.ladder], "升级阶梯")
    for earlier, later in pairwise(pack.ladder):
        if later.after_days <= earlier.after_days:
            top.refuse(f"升级阶梯 {later.key} 应晚于 {earlier.key}")
    return top, pack


def _rule(row: Row) -> Rule:
    unit = Unit(row.choice("unit", tuple(Unit)))
    rule = Rule(
        key=_key(row),
        label=row.text("label"),
        starts_on=row.text("starts_on"),
        stops_on=row.text("stops_on"),
        length=row.whole("length", least=0, most=LONGEST),
        unit=unit,
        owner=row.choice("owner", OWNERS),
        article=_article(row, "article"),
        counts=row.choices("counts", KINDS),
        extension=_extension(row, unit),
        excluded=row.choices("excluded", EXCLUDED, []),
        warn_at=_warnings(row),
        note=row.text("note", ""),
        escalate=tuple(row.members("escalate", str, "文字", list(EVERY_STEP))),
        duty=row.flag("duty", default=True),
    )
    if not rule.counts:
        row.refuse("counts 不能为空：须写明适用于哪类事项")
    if rule.duty and rule.owner == "petitioner":
        row.refuse("信访人的期限是权利不是义务，须写明 duty = false")
    if unit is Unit.GIVEN_DAY and (rule.length or rule.extension):
        row.refuse("另行定日的期限没有长度，也不能延期（length = 0，不写 extension）")
    row.done()
    return rule


def _extension(row: Row, unit: Unit) -> Extension | None:
    cells = row.cell("extension", dict, "表", {})
    if not cells:
        return None
    part = Row(row.file, row.error, cells, f"{row.name}的 extension")
    extension = Extension(
        max=part.whole("max", least=1, most=LONGEST),
        unit=Unit(part.choice("unit", tuple(Unit))),
        once=part.flag("once"),
        approver=part.text("approver"),
        consent=part.text("consent", ""),
    )
    if extension.unit is not unit:
        part.refuse(f"延期单位应与期限单位相同（{unit}），现为 {extension.unit}")
    part.done()
    return extension


def _step(row: Row) -> LadderStep:
    letters, grounds = tuple(Letter), tuple(ground.code for ground in SUPERVISION_GROUNDS)
    action = LadderAction(row.choice("action", tuple(LadderAction)))
    supervises = action is LadderAction.SUPERVISE
    step = LadderStep(
        key=_key(row),
        label=row.text("label"),
        after_days=row.whole("after_days", least=1, most=LONGEST),
        action=action,
        ground=_article(row, "ground"),
        letter=row.choice("letter", letters),
        own_letter=row.choice("own_letter", letters),
        automatic=row.flag("automatic", default=True),
        supervision_ground=row.choice("supervision_ground", grounds) if supervises else "",
    )
    row.done()
    return step


def _key(row: Row) -> str:
    key = row.text("key")
    if not KEY.fullmatch(key):
        row.refuse(f"key“{key}”应为小写英文单词，以下划线相连")
    return key


def _article(row: Row, field: str) -> str:
    found = row.text(field)
    if not cited(found):
        row.refuse(f"{field}“{found}”既未写明第几条，也未写明“{OFFICE_RULE}”")
    return found


def _warnings(row: Row) -> tuple[int, ...]:
    found = tuple(row.members("warn_at", int, "整数", list(Rule.warn_at)))
    if list(found) != sorted(set(found)) or any(not 1 <= percent <= 100 for percent in found):
        row.refuse(f"warn_at 应为 1 至 100 之间由小到大的百分数，现为 {list(found)}")
    return found


def _refuse_twice(row: Row, keys: list[str], word: str) -> None:
    for key in keys:
        if keys.count(key) > 1:
            row.refuse(f"{word} {key} 出现了 {keys.count(key)} 次")
