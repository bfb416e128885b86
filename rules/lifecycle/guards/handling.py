"""Handling: what a unit's report, its examination and an extension ask for."""

from rules.lifecycle.guards.common import all_of, has_reason
from rules.situation import Situation


def report_complete(situation: Situation) -> str | None:
    """A report says what was found and done, and how the petitioner was told."""
    if not situation.answer.strip():
        return "办结报告须写明办理过程、认定事实、依据和结果"
    return None


def report_passes(situation: Situation) -> str | None:
    """All six checks of the examination sheet hold (豫 第二十六条第四款)."""
    if situation.failed_checks:
        return "审查未通过的项目：" + "、".join(situation.failed_checks) + "；请退回重办并写明理由"
    return None


def extension_allowed(situation: Situation) -> str | None:
    """Asked before expiry, once, within the cap, with reason and approver (条例 第三十四条)."""
    if situation.extensions_before:
        return "已延期一次，不得再次延期（信访工作条例第三十四条）"
    if situation.clock_due_on is None:
        return "本件没有承办期限，不需要申请延期"
    if (situation.happened_on or situation.today) > situation.clock_due_on:
        return f"办理期限 {situation.clock_due_on} 已过，不能再申请延期"
    possible = 0 < situation.extension_days <= situation.extension_cap
    return all_of(
        None if possible else f"延长天数须在 1 至 {situation.extension_cap} 日之间",
        None if situation.extension_approver.strip() else "请写明批准延期的本单位负责人",
        has_reason(situation),
    )
