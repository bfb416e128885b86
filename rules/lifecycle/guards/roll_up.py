"""The roll-up: where the units of a petition stand, which decides where the petition stands."""

from models.vocabulary.case import DispatchState, Way
from rules.facts import Facts


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
