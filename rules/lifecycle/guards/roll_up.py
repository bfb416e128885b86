"""The roll-up: where the units of a petition stand, which decides where the petition stands."""

from models.vocabulary.case import DispatchState, Way
from rules.situation import Situation


def an_objection_is_open(situation: Situation) -> str | None:
    """A unit asks to give its share back."""
    return None if situation.any_unit_is(DispatchState.RETURN_REQUESTED) else "没有待核的退回申请"


def an_extension_is_asked(situation: Situation) -> str | None:
    """A unit asks for more time, and no objection is open."""
    wanted = situation.any_unit_is(DispatchState.EXTENSION_REQUESTED)
    return None if wanted and not situation.any_unit_is(DispatchState.RETURN_REQUESTED) else "没有待批的延期申请"


def _nothing_asked(situation: Situation) -> bool:
    return not situation.any_unit_is(DispatchState.RETURN_REQUESTED, DispatchState.EXTENSION_REQUESTED)


def a_sign_in_is_awaited(situation: Situation) -> str | None:
    """A unit has not signed for what was assigned to it yet, and none asks for anything."""
    waiting = situation.any_unit_is(DispatchState.AWAITING_SIGN_IN) and _nothing_asked(situation)
    return None if waiting and situation.way is not Way.REFERRAL else "各单位均已签收"


def a_referral_awaits_sign_in(situation: Situation) -> str | None:
    """A unit has not signed for what was referred to it yet, and none asks for anything."""
    waiting = situation.any_unit_is(DispatchState.AWAITING_SIGN_IN) and _nothing_asked(situation)
    return None if waiting and situation.way is Way.REFERRAL else "各单位均已签收"


def _handling(situation: Situation) -> bool:
    none_waits = not situation.any_unit_is(DispatchState.AWAITING_SIGN_IN)
    return situation.any_unit_is(DispatchState.HANDLING) and none_waits and _nothing_asked(situation)


def one_unit_handles(situation: Situation) -> str | None:
    """All have signed, work goes on, and there is one unit."""
    return None if _handling(situation) and len(situation.open_units) == 1 else "不是单一单位办理中"


def several_units_handle(situation: Situation) -> str | None:
    """All have signed, work goes on, and there are several units."""
    return None if _handling(situation) and len(situation.open_units) > 1 else "不是多个单位办理中"


def reports_await_examination(situation: Situation) -> str | None:
    """Every unit has reported, and at least one report is still to be examined."""
    reported = situation.every_unit_is(DispatchState.REPORTED, DispatchState.ACCEPTED)
    return None if reported and situation.any_unit_is(DispatchState.REPORTED) else "还有单位未报结"


def all_reports_accepted(situation: Situation) -> str | None:
    """Every unit's report was examined and accepted."""
    return None if situation.every_unit_is(DispatchState.ACCEPTED) else "还有单位的报告未审核通过"


def all_referrals_received(situation: Situation) -> str | None:
    """Every unit of a referral has signed for it; a referral owes the office no report (条例 第二十三条)."""
    return None if situation.every_unit_is(DispatchState.RECEIVED) else "还有单位未签收转送件"


def no_unit_left(situation: Situation) -> str | None:
    """Every unit gave its share back: a new proposal is needed."""
    return None if situation.units and not situation.open_units else "还有单位在办理"
