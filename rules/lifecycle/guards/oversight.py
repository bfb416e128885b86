"""Oversight: what a supervision, a meeting and a suspended limit ask for."""

import re

from rules.lifecycle.guards.common import MAX_REPRESENTATIVES, has_reason
from rules.situation import Situation

NUMERAL = "[一二三四五六七八九十百零]+"
ARTICLE = re.compile(
    rf"《?[\u4e00-\u9fff（）0-9]{{2,30}}》? ?第{NUMERAL}条(第{NUMERAL}款(、第{NUMERAL}款)*)?(第{NUMERAL}项)?(（[\u4e00-\u9fff]{{0,20}}）)?"
)
"""A citation and nothing else: it is kept in clear, so that nobody writes a name or a phone number into it."""


def supervision_grounded(situation: Situation) -> str | None:
    """Supervision names its ground in Art. 40 and what is demanded."""
    return (None if situation.ground else "督办须写明依据（信访工作条例第四十条所列情形）") or has_reason(situation)


def meeting_in_order(situation: Situation) -> str | None:
    """The meeting is described, and at most five representatives come (条例 第二十条第三款)."""
    if situation.representatives > MAX_REPRESENTATIVES:
        return f"到会群众代表最多 {MAX_REPRESENTATIVES} 人（信访工作条例第二十条）"
    return has_reason(situation)


def suspension_grounded(situation: Situation) -> str | None:
    """A reason and a legal basis, before the limit has passed; the regulation knows only one such time (条例 第三十六条)."""
    if not ARTICLE.fullmatch(situation.ground.strip()):
        return "中止计时须写明法律依据，写到条，例如“行政复议法 第三十九条”；条例只规定复核听证的时间不计算在内"
    if situation.clock_due_on and situation.today > situation.clock_due_on:
        return f"期限已于 {situation.clock_due_on} 届满，不能再中止"
    return has_reason(situation)
