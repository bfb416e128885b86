"""Reading and checking the rows of a rule pack: one limit, one escalation; or refused in words."""

import re

from models.vocabulary.limits import ClockOwner, Exemption, GivenBy, StartsFrom, Whose
from models.vocabulary.papers import Letter
from rules.data.data_files import Row
from rules.grounds import SUPERVISION_GROUNDS
from rules.limits import SHARE_EXEMPTIONS, named_day
from rules.packs import KINDS, WHOLE_LADDER, Escalation, Extension, LadderAction, Rule, TimeUnit

EXCLUDED = ("hearing",)
LONGEST = 3660
KEY = re.compile(r"[a-z]+(_[a-z0-9]+)*")
ARTICLE = re.compile(r"第[一二三四五六七八九十百零]+条")
OFFICE_RULE = "办公室设定"
GIVEN_TO = {
    GivenBy.LETTER: Whose.SHARE,
    GivenBy.UPSTREAM: Whose.PETITION,
    GivenBy.MEETING: Whose.SHARE,
    GivenBy.PROMISE: Whose.SHARE,
}
"""On what a limit hangs that somebody sets: a letter, a meeting and a promise bind a unit, the upstream organ the office."""


def cited(article: str) -> bool:
    """Say whether a basis names an article, or says openly that the office has set the limit itself."""
    return bool(ARTICLE.search(article)) or article.startswith(OFFICE_RULE)


def rule_of(row: Row) -> Rule:
    """Read one limit, whole and cited."""
    unit = TimeUnit(row.choice("unit", tuple(TimeUnit)))
    rule = Rule(
        key=key_of(row),
        label=row.text("label"),
        starts_on=row.text("starts_on"),
        stops_on=row.text("stops_on"),
        length=row.whole("length", least=0, most=LONGEST),
        unit=unit,
        owner=ClockOwner(row.choice("owner", tuple(ClockOwner))),
        article=_article(row, "article"),
        counts=row.choices("counts", KINDS),
        starts_from=StartsFrom(row.choice("starts_from", tuple(StartsFrom))),
        whose=Whose(row.choice("whose", tuple(Whose))),
        not_for=exemptions(row),
        given_by=_given_by(row),
        otherwise=row.text("otherwise", ""),
        extension=_extension(row, unit),
        excluded=row.choices("excluded", EXCLUDED, []),
        warn_at=_warnings(row),
        note=row.text("note", ""),
        escalate=tuple(row.members("escalate", str, "文字", list(WHOLE_LADDER))),
        duty=row.flag("duty", default=True),
    )
    if not rule.counts:
        row.refuse("counts 不能为空：须写明适用于哪类事项")
    if rule.duty and rule.owner == "petitioner":
        row.refuse("信访人的期限是权利不是义务，须写明 duty = false")
    if unit is TimeUnit.GIVEN_DAY and (rule.length or rule.extension):
        row.refuse("另行定日的期限没有长度，也不能延期（length = 0，不写 extension）")
    check_words(row, rule)
    check_subject(row, rule)
    row.done()
    return rule


def exemptions(row: Row) -> tuple[Exemption, ...]:
    """Read in which circumstances there is no such limit; each once."""
    found = row.choices("not_for", tuple(Exemption), [])
    if len(set(found)) < len(found):
        row.refuse(f"not_for 中有重复：{'、'.join(found)}")
    return tuple(Exemption(word) for word in found)


def _given_by(row: Row) -> GivenBy | None:
    return GivenBy(row.choice("given_by", tuple(GivenBy))) if "given_by" in row.cells else None


def check_words(row: Row, rule: Rule) -> None:
    """Refuse words that speak of another day than is counted, and words for a case that cannot occur."""
    if (said := named_day(rule.starts_on)) is not rule.starts_from:
        row.refuse(
            f"starts_on“{rule.starts_on}”说的是{said.label}（{said}），starts_from 却是 {rule.starts_from}"
            f"（{rule.starts_from.label}）：计算与说明须一致，请一并修改"
        )
    if rule.otherwise and not rule.not_for and {"suggestion", "accusation", "appeal"} <= set(rule.counts):
        row.refuse("otherwise 说明不适用时依什么办理，本行适用于全部事项，请删去 otherwise 或者写明 not_for")


def check_subject(row: Row, rule: Rule) -> None:
    """Refuse a limit that depends on what it does not hang on."""
    of_share = rule.whose is Whose.SHARE
    if rule.owner is ClockOwner.HANDLER and not of_share:
        row.refuse(f"承办单位的期限属于派件，whose 应为 share，现为 {rule.whose}")
    if not of_share and (wrong := [word for word in rule.not_for if word in SHARE_EXEMPTIONS]):
        row.refuse(f"not_for 的“{'、'.join(wrong)}”只用于派件的期限（whose = share）")
    if not of_share and rule.starts_from is StartsFrom.UNIT_RECEIPT:
        row.refuse("签收日期只有派件才有，starts_from = unit_receipt 须写明 whose = share")
    if rule.unit is TimeUnit.GIVEN_DAY and rule.given_by is None:
        row.refuse(f"另行定日的期限须写明由谁定日 given_by，可用：{'、'.join(GivenBy)}")
    if rule.unit is not TimeUnit.GIVEN_DAY and rule.given_by not in (None, GivenBy.LETTER):
        row.refuse(f"given_by = {rule.given_by} 只用于另行定日的期限（unit = given_day）")
    if rule.given_by and rule.whose is not GIVEN_TO[rule.given_by]:
        row.refuse(f"given_by = {rule.given_by} 的期限，whose 应为 {GIVEN_TO[rule.given_by]}，现为 {rule.whose}")


def _extension(row: Row, unit: TimeUnit) -> Extension | None:
    cells = row.cell("extension", dict, "表", {})
    if not cells:
        return None
    part = Row(row.file, row.error, cells, f"{row.name}的 extension")
    extension = Extension(
        max=part.whole("max", least=1, most=LONGEST),
        unit=TimeUnit(part.choice("unit", tuple(TimeUnit))),
        once=part.flag("once"),
        approver=part.text("approver"),
        consent=part.text("consent", ""),
    )
    if extension.unit is not unit:
        part.refuse(f"延期单位应与期限单位相同（{unit}），现为 {extension.unit}")
    part.done()
    return extension


def escalation_of(row: Row) -> Escalation:
    """Read one escalation."""
    letters, grounds = tuple(Letter), tuple(ground.code for ground in SUPERVISION_GROUNDS)
    action = LadderAction(row.choice("action", tuple(LadderAction)))
    supervises = action is LadderAction.SUPERVISE
    rung = Escalation(
        key=key_of(row),
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
    return rung


def key_of(row: Row) -> str:
    """Read a key: lower-case English words."""
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
