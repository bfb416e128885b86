"""Reading and checking rule packs: each row whole, cited, in its own version; or refused in words."""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

from rules.data.data_files import Row, read_file, toml_files
from rules.data.pack_rows import escalation_of, exemptions, key_of, rule_of
from rules.packs import WHOLE_LADDER, Escalation, Pack, PackError, Packs, Rule

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
EXTENDED = "_extended"


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


def _base_ready(pack: Pack, waiting: Iterable[tuple[Row, Pack]]) -> bool:
    """Say whether no version that this one may rest on is still to be completed."""
    return not any(_may_rest_on(pack, other) for _, other in waiting)


def _may_rest_on(pack: Pack, other: Pack) -> bool:
    if other.key != pack.extends or other.version == pack.version:
        return False
    return other.effective_on <= pack.effective_on


def _complete(row: Row, pack: Pack, whole: Iterable[Pack]) -> Pack:
    """Lay a pack's rows over those of the version it extends: the one in force on its first day."""
    rules, ladder, not_for = {rule.key: rule for rule in pack.rules}, pack.ladder, pack.not_for
    if pack.extends:
        bases = [base for base in whole if _may_rest_on(pack, base)]
        if not bases:
            row.refuse(f"extends 所指的规则包“{pack.extends}”在 {pack.effective_on} 没有版本")
        base = max(bases, key=lambda found: found.effective_on)
        rules, ladder = {rule.key: rule for rule in base.rules} | rules, ladder or base.ladder
        not_for = tuple(dict.fromkeys((*base.not_for, *not_for)))
    if missing := [key for key in REQUIRED if key not in rules]:
        row.refuse(f"缺少规则 {'、'.join(missing)}")
    if not ladder:
        row.refuse("没有升级阶梯（[[ladder]]）")
    for key in rules:
        _check_extended(row, rules, key)
        _check_rungs(row, rules[key], ladder)
    return Pack(
        key=pack.key,
        label=pack.label,
        effective_on=pack.effective_on,
        caution=pack.caution,
        extends=pack.extends,
        not_for=not_for,
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
    if (own.starts_from, own.whose) != (base.starts_from, base.whose):
        row.refuse(f"规则 {key} 的 starts_from、whose 应与 {base.key} 相同（{base.starts_from}、{base.whose}）")


def _check_rungs(row: Row, rule: Rule, ladder: tuple[Escalation, ...]) -> None:
    known = [rung.key for rung in ladder]
    if rule.escalate != WHOLE_LADDER and (unknown := [key for key in rule.escalate if key not in known]):
        row.refuse(f"规则 {rule.key} 的 escalate 中的“{'、'.join(unknown)}”不在升级阶梯中，可用：{'、'.join(known)}")


def _read_pack(top: Row) -> tuple[Row, Pack]:
    pack = Pack(
        key=key_of(top),
        label=top.text("label"),
        effective_on=top.day("effective_on"),
        caution=top.text("caution", ""),
        extends=top.text("extends", ""),
        not_for=exemptions(top),
        rules=tuple(rule_of(row) for row in top.rows("rule")),
        ladder=tuple(escalation_of(row) for row in top.rows("ladder")),
    )
    top.done()
    _refuse_twice(top, [rule.key for rule in pack.rules], "规则")
    _refuse_twice(top, [rung.key for rung in pack.ladder], "升级阶梯")
    for earlier, later in pairwise(pack.ladder):
        if later.after_days <= earlier.after_days:
            top.refuse(f"升级阶梯 {later.key} 应晚于 {earlier.key}")
    return top, pack


def _refuse_twice(row: Row, keys: list[str], word: str) -> None:
    for key in keys:
        if keys.count(key) > 1:
            row.refuse(f"{word} {key} 出现了 {keys.count(key)} 次")
