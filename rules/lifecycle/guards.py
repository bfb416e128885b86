"""Guards: the conditions of the lifecycle's rows, each answering with nothing or with a reason for staff."""

import re
from collections.abc import Callable

from models.vocabulary.case import DispatchState, Relation, Way
from models.vocabulary.people import OrganKind, Role
from rules.facts import Facts

Guard = Callable[[Facts], str | None]
NUMERAL = "[一二三四五六七八九十百零]+"
ARTICLE = re.compile(
    rf"《?[\u4e00-\u9fff（）0-9]{{2,30}}》? ?第{NUMERAL}条(第{NUMERAL}款(、第{NUMERAL}款)*)?(第{NUMERAL}项)?(（[\u4e00-\u9fff]{{0,20}}）)?"
)
"""A citation and nothing else: it is kept in clear, so that nobody writes a name or a phone number into it."""

MAX_REPRESENTATIVES = 5
"""At most five representatives of a joint visit (条例 第二十条第三款)."""


def always(_facts: Facts) -> str | None:
    """No condition."""
    return None


def registrable(facts: Facts) -> str | None:
    """Dates in order and at most five representatives; a missing name or text never blocks (条例 第二十二、二十三条)."""
    if facts.receipt_on is None:
        return "收信日期未填写，请按收文章上的日期填写"
    if facts.receipt_on > facts.today:
        return f"收信日期 {facts.receipt_on} 晚于今天，请核对收文章"
    if facts.happened_on and facts.happened_on < facts.receipt_on:
        return f"登记时间 {facts.happened_on} 早于收信日期 {facts.receipt_on}，请核对补录时间"
    if facts.postmark_on and facts.postmark_on > facts.receipt_on:
        return f"邮戳日期 {facts.postmark_on} 晚于收信日期 {facts.receipt_on}，请核对信封"
    if facts.people_count < 1:
        return "信访人数至少为 1 人"
    if facts.representatives > MAX_REPRESENTATIVES:
        return f"代表最多 {MAX_REPRESENTATIVES} 人（信访工作条例第二十条），现填 {facts.representatives} 人，其余请登记为联名人"
    return None


def has_reason(facts: Facts) -> str | None:
    """A reason in words."""
    return None if facts.reason.strip() else "请写明理由"


def second_person(facts: Facts) -> str | None:
    """Whoever registered or drafted may not confirm alone."""
    if facts.actor_code and facts.actor_code in (facts.registrar_code, facts.drafter_code):
        return "须由登记人、拟办人以外的人员办理"
    return has_reason(facts)


def duplicates_found(facts: Facts) -> str | None:
    """The search for earlier petitions of the same people had hits."""
    return None if facts.duplicates else "未发现疑似重件"


def screened(facts: Facts) -> str | None:
    """Class and content code are chosen; a linked petition names the other one."""
    if facts.petition_class is None:
        return "请选择信访事项类别（建议意见、检举控告、申诉求决）"
    if not facts.content_code.strip():
        return "请填写内容分类"
    if facts.relation is Relation.LINKED and not facts.parent_number:
        return "关联件须填写所关联的信访件编号"
    return None


def repeats_an_open_petition(facts: Facts) -> str | None:
    """A repeat is attached to its first petition while that one is open (条例 第十九条第三款)."""
    if not facts.parent_number:
        return "并案须填写原信访件编号，且该编号须存在"
    if not facts.parent_is_open:
        return f"原信访件 {facts.parent_number} 已办结，请登记为关联件而不是并案"
    return None


def answered(facts: Facts) -> str | None:
    """The words of the answer are on file."""
    return None if facts.answer.strip() else "请写明答复内容"


def answered_and_classed(facts: Facts) -> str | None:
    """An answer at the window still needs its class and content code for the statistics."""
    return screened(facts) or answered(facts)


def proposal_complete(facts: Facts) -> str | None:
    """A way, an opinion, and for referral or assignment the units."""
    if facts.way is None:
        return "请选择办理方式"
    if not facts.reason.strip():
        return "请写明拟办意见"
    if facts.limit_on and facts.limit_on <= facts.today:
        return f"办理期限 {facts.limit_on} 须晚于今天"
    if facts.way is Way.REJECTION and not facts.ground:
        return "不予受理须选择理由"
    if facts.way in (Way.REFERRAL, Way.ASSIGNMENT):
        return units_allowed(facts)
    return None


def units_allowed(facts: Facts) -> str | None:
    """Units exist, none is the accused (条例 第三十条); by setting, a district's bodies come with its congress (沪 第三十条)."""
    if not facts.units or not facts.has_lead:
        return "请填写主办单位"
    congresses = {unit.district for unit in facts.units if unit.kind is OrganKind.CONGRESS}
    for unit in facts.units:
        if not unit.exists:
            return f"“{unit.name}”已撤并，请改用承继其职责的单位"
        if unit.code == facts.accused_unit:
            return f"“{unit.name}”是被反映单位，不得承办，也不得抄送（信访工作条例第三十条）"
        if facts.district_via_congress and unit.district and unit.district not in congresses:
            return f"“{unit.name}”是{unit.district}的单位，须同时经{unit.district}人大常委会办理"
    return None


def approver_in_authority(facts: Facts) -> str | None:
    """The approver has the rank that the way needs, and did not draft the proposal."""
    if facts.actor_code == facts.drafter_code:
        return "拟办人不得审批自己拟办的信访件"
    if facts.approval_role and facts.actor_role is not facts.approval_role:
        way = facts.way.label if facts.way else ""
        return f"{way}须由{facts.approval_role.label}批准"
    if facts.limit_on and facts.limit_on < facts.today:
        return f"函件所定期限 {facts.limit_on} 已过，请退回拟办人修改"
    return None


def way_is(way: Way) -> Guard:
    """Make a guard that asks for the approved way."""

    def guard(facts: Facts) -> str | None:
        return None if facts.way is way else f"批准的办理方式不是{way.label}"

    guard.__name__ = f"way_is_{way.value}"
    guard.__doc__ = f"The approved way is {way.value}."
    return guard


def an_objection_is_open(facts: Facts) -> str | None:
    """A unit asks to give its share back."""
    return None if facts.any_unit_is(DispatchState.RETURN_REQUESTED) else "没有待核的退回申请"


def an_extension_is_asked(facts: Facts) -> str | None:
    """A unit asks for more time, and no objection is open."""
    wanted = facts.any_unit_is(DispatchState.EXTENSION_REQUESTED)
    return None if wanted and not facts.any_unit_is(DispatchState.RETURN_REQUESTED) else "没有待批的延期申请"


def _nothing_asked(facts: Facts) -> bool:
    return not facts.any_unit_is(DispatchState.RETURN_REQUESTED, DispatchState.EXTENSION_REQUESTED)


def a_sign_in_is_awaited(facts: Facts) -> str | None:
    """A unit has not signed for what was assigned to it yet, and none asks for anything."""
    waiting = facts.any_unit_is(DispatchState.AWAITING_SIGN_IN) and _nothing_asked(facts)
    return None if waiting and facts.way is not Way.REFERRAL else "各单位均已签收"


def a_referral_awaits_sign_in(facts: Facts) -> str | None:
    """A unit has not signed for what was referred to it yet, and none asks for anything."""
    waiting = facts.any_unit_is(DispatchState.AWAITING_SIGN_IN) and _nothing_asked(facts)
    return None if waiting and facts.way is Way.REFERRAL else "各单位均已签收"


def _handling(facts: Facts) -> bool:
    none_waits = not facts.any_unit_is(DispatchState.AWAITING_SIGN_IN)
    return facts.any_unit_is(DispatchState.HANDLING) and none_waits and _nothing_asked(facts)


def one_unit_handles(facts: Facts) -> str | None:
    """All have signed, work goes on, and there is one unit."""
    return None if _handling(facts) and len(facts.open_units) == 1 else "不是单一单位办理中"


def several_units_handle(facts: Facts) -> str | None:
    """All have signed, work goes on, and there are several units."""
    return None if _handling(facts) and len(facts.open_units) > 1 else "不是多个单位办理中"


def reports_await_examination(facts: Facts) -> str | None:
    """Every unit has reported, and at least one report is still to be examined."""
    reported = facts.every_unit_is(DispatchState.REPORTED, DispatchState.ACCEPTED)
    return None if reported and facts.any_unit_is(DispatchState.REPORTED) else "还有单位未报结"


def all_reports_accepted(facts: Facts) -> str | None:
    """Every unit's report was examined and accepted."""
    return None if facts.every_unit_is(DispatchState.ACCEPTED) else "还有单位的报告未审核通过"


def all_referrals_received(facts: Facts) -> str | None:
    """Every unit of a referral has signed for it; a referral owes the office no report (条例 第二十三条)."""
    return None if facts.every_unit_is(DispatchState.RECEIVED) else "还有单位未签收转送件"


def no_unit_left(facts: Facts) -> str | None:
    """Every unit gave its share back: a new proposal is needed."""
    return None if facts.units and not facts.open_units else "还有单位在办理"


def supervision_grounded(facts: Facts) -> str | None:
    """Supervision names its ground in Art. 40 and what is demanded."""
    return (None if facts.ground else "督办须写明依据（信访工作条例第四十条所列情形）") or has_reason(facts)


def meeting_in_order(facts: Facts) -> str | None:
    """The meeting is described, and at most five representatives come (条例 第二十条第三款)."""
    if facts.representatives > MAX_REPRESENTATIVES:
        return f"到会群众代表最多 {MAX_REPRESENTATIVES} 人（信访工作条例第二十条）"
    return has_reason(facts)


def report_complete(facts: Facts) -> str | None:
    """A report says what was found and done, and how the petitioner was told."""
    if not facts.answer.strip():
        return "办结报告须写明办理过程、认定事实、依据和结果"
    return None


def report_passes(facts: Facts) -> str | None:
    """All six checks of the examination sheet hold (豫 第二十六条第四款)."""
    if facts.failed_checks:
        return "审查未通过的项目：" + "、".join(facts.failed_checks) + "；请退回重办并写明理由"
    return None


def extension_allowed(facts: Facts) -> str | None:
    """Asked before expiry, once, within the cap, with reason and approver (条例 第三十四条)."""
    if facts.extensions_before:
        return "已延期一次，不得再次延期（信访工作条例第三十四条）"
    if facts.clock_due_on is None:
        return "本件没有承办期限，不需要申请延期"
    if (facts.happened_on or facts.today) > facts.clock_due_on:
        return f"办理期限 {facts.clock_due_on} 已过，不能再申请延期"
    if not 0 < facts.extension_days <= facts.extension_cap:
        return f"延长天数须在 1 至 {facts.extension_cap} 日之间"
    if not facts.extension_approver.strip():
        return "请写明批准延期的本单位负责人"
    return has_reason(facts)


def suspension_grounded(facts: Facts) -> str | None:
    """A reason and a legal basis, before the limit has passed; the regulation knows only one such time (条例 第三十六条)."""
    if not ARTICLE.fullmatch(facts.ground.strip()):
        return "中止计时须写明法律依据，写到条，例如“行政复议法 第三十九条”；条例只规定复核听证的时间不计算在内"
    if facts.clock_due_on and facts.today > facts.clock_due_on:
        return f"期限已于 {facts.clock_due_on} 届满，不能再中止"
    return has_reason(facts)


def delivery_proved(facts: Facts) -> str | None:
    """The answer's delivery has a date, or a reason why it was impossible (条例 第三十五条)."""
    if facts.delivery_impossible:
        return has_reason(facts)
    if facts.delivered_on is None:
        return "请填写送达日期；无法送达的，请选“无法送达”并写明理由"
    if facts.receipt_on and facts.delivered_on < facts.receipt_on:
        return f"送达日期 {facts.delivered_on} 早于收信日期 {facts.receipt_on}"
    if facts.delivered_on > facts.today:
        return f"送达日期 {facts.delivered_on} 晚于今天"
    return None


def checklist_complete(facts: Facts) -> str | None:
    """Everything that closing needs is on file, and someone else than the drafter signs."""
    if facts.missing_items:
        return "结案条件不齐：" + "；".join(facts.missing_items)
    if facts.actor_role is not Role.SYSTEM and facts.actor_code == facts.drafter_code:
        return "拟办人不得自行结案"
    return None


def review_window_open(facts: Facts) -> str | None:
    """The petitioner asked within 30 days of delivery (条例 第三十五、三十六条)."""
    return None if facts.review_window_open else "已超过 30 日的申请期限，或未送达书面意见，请告知其他途径"


def file_complete(facts: Facts) -> str | None:
    """Nothing is still on its way out, so the file can be locked."""
    return f"还有 {facts.unsent_letters} 份函件未发出，暂不能归档（xinfang letters 查看）" if facts.unsent_letters else None
