"""The table of limits as a page for people: ``python -m rules.docs.deadlines_doc > docs/deadlines.md``."""

import sys
from datetime import date

from models.vocabulary.papers import Letter
from rules.data.pack_files import load_packs
from rules.packs import KINDS, WHOLE_LADDER, Pack, Rule, TimeUnit

DEFAULT_PACK = "npc_city"
OWNER_WORDS = {
    "office": "信访办",
    "handler": "承办单位",
    "upstream": "来函机关",
    "petitioner": "信访人",
    "unit": "有关机关、单位",
}
KIND_WORDS = dict(zip(KINDS, ("建议意见", "检举控告", "申诉求决", "普通信访程序"), strict=True))
EXCLUDED_WORDS = {"hearing": "听证时间"}
HEAD = """# 期限表

<!-- Generated: python -m rules.docs.deadlines_doc > docs/deadlines.md. Change rules/packs/*.toml, not this page. -->
"""
COUNTING = """
## 怎样计算

- 起算当日不计入（比照民法典 第二百零一条）；“日”是日历日，写明“工作日”的才按工作日计。
- 按月计算的，到期月的对应日为最后一日，没有对应日的为月末日（比照民法典 第二百零二条）。
- 最后一日是休息日的，顺延至其后第一个工作日（比照民法典 第二百零三条；可设置为不顺延）；调休上班的周六、周日是工作日。
- 延期自原起算日连续计算，不从顺延后的日期起加。
- 涉及尚无工作日历的年份时，日期标为“暂定”，日历载入后重新计算。
"""


LADDER = """期限过去一定比例时提醒责任方（“提醒”一栏）；届满次日记为逾期，其后按下表逐级升级（“升级”一栏）。同时到期的几步只发最高一步。
人工已办的步骤不再重复；提醒和催办都不改变期限。函件只在办公时间发出，到期的事项当日零时即入案卷。
"""


def deadlines_table(pack: Pack) -> str:
    """Render a pack as Markdown: its rows, its ladder and how days are counted."""
    rows = "\n".join(_row(rule) for rule in pack.rules)
    rungs = "\n".join(
        f"| {one.key} | {one.label} | 逾期 {one.after_days} 日 | {Letter(one.letter).label} | {Letter(one.own_letter).label} | {one.ground} |"
        for one in pack.ladder
    )
    return (
        f"{HEAD}\n规则包：{pack.label}，`{pack.version}`。{pack.caution}\n\n"
        f"{_exempt(pack)}"
        "| 键 | 事项 | 起算 | 完成 | 期限 | 延期 | 责任方 | 属于 | 适用 | 不适用 | 提醒 | 升级 | 依据 |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        f"{rows}\n{COUNTING}\n## 逾期升级\n\n{LADDER}\n"
        f"| 键 | 步骤 | 何时 | 承办单位逾期时 | 信访办自己逾期时 | 依据 |\n|---|---|---|---|---|---|\n{rungs}\n{_notes(pack)}"
    )


def _row(rule: Rule) -> str:
    cells = (
        rule.key,
        rule.label,
        rule.start_words,
        rule.stops_on,
        _length(rule),
        _extension(rule),
        OWNER_WORDS[rule.owner],
        rule.whose.label,
        "、".join(KIND_WORDS[kind] for kind in rule.counts),
        _not_for(rule),
        *_ladder_of(rule),
        rule.article,
    )
    return f"| {' | '.join(cells)} |"


def _exempt(pack: Pack) -> str:
    return f"下列各项对{'、'.join(word.label for word in pack.not_for)}一律不计。\n\n" if pack.not_for else ""


def _not_for(rule: Rule) -> str:
    words = "、".join(word.label for word in rule.not_for) or "—"
    return f"{words}（{rule.otherwise}）" if rule.otherwise else words


def _ladder_of(rule: Rule) -> tuple[str, str]:
    if not rule.duty:
        return "—（权利）", "—"
    rungs = "全部" if rule.escalate == WHOLE_LADDER else "、".join(rule.escalate)
    return "、".join(f"{percent}%" for percent in rule.warn_at) or "—", rungs


def _length(rule: Rule) -> str:
    if rule.unit is TimeUnit.GIVEN_DAY:
        return f"由{rule.given_by.label}定日" if rule.given_by else "另行定日"
    own = f"；{rule.given_by.label}另定的从其所定" if rule.given_by else ""
    excluded = "、".join(EXCLUDED_WORDS[what] for what in rule.excluded)
    length = f"{rule.length} {rule.unit.word}" if rule.length else "当日（工作日）"
    return length + (f"（不含{excluded}）" if excluded else "") + own


def _extension(rule: Rule) -> str:
    if rule.extension is None:
        return "—"
    consent = f"，并经{rule.extension.consent}同意" if rule.extension.consent else ""
    times = "一次，" if rule.extension.once else ""
    return f"{times}至多 {rule.extension.max} {rule.extension.unit.word}；{rule.extension.approver}批准{consent}"


def _notes(pack: Pack) -> str:
    notes = [f"- `{rule.key}`：{rule.note}" for rule in pack.rules if rule.note]
    return "\n## 说明\n\n" + "\n".join(notes) + "\n" if notes else ""


if __name__ == "__main__":
    sys.stdout.write(deadlines_table(load_packs().pack_for(DEFAULT_PACK, date.max)))
