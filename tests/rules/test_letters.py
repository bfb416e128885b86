"""Which letter goes out, whom a limit's reminders speak to, and who cannot be told."""

from datetime import date, timedelta

import pytest

from models.vocabulary.case import DispatchState, Flag
from models.vocabulary.limits import ClockOwner
from models.vocabulary.papers import Letter
from rules.data.pack_files import load_packs
from rules.ladder import Rung, RungKind
from rules.letters import PAST_IS_NO_ORDER, goes_out, is_the_units, letter_of_rung, names_due_day, nobody_to_tell, owed_by
from rules.packs import Escalation

D = DispatchState
DUE = date(2026, 3, 2)
ESCALATIONS = {one.key: one for one in load_packs().pack_for("npc_city", DUE).ladder}
BY_HAND = Escalation(
    key="ask",
    label="了解情况",
    after_days=3,
    action=ESCALATIONS["urge"].action,
    ground="办公室设定",
    letter=Letter.URGING_LETTER,
    own_letter=Letter.OVERDUE_ALERT,
    automatic=False,
)


def rung(kind: RungKind, escalation: Escalation | None = None) -> Rung:
    return Rung(key="rung", kind=kind, label="", due_on=DUE, escalation=escalation)


LETTERS = [
    ("a light for a unit", rung(RungKind.WARN), True, Letter.DEADLINE_WARNING),
    ("a light for the office", rung(RungKind.WARN), False, Letter.DEADLINE_ALERT),
    ("a unit's missed day", rung(RungKind.MISS), True, Letter.OVERDUE_ALERT),
    ("the office's missed day", rung(RungKind.MISS), False, Letter.OVERDUE_ALERT),
    ("an urging of a unit", rung(RungKind.ESCALATE, ESCALATIONS["urge"]), True, Letter.URGING_LETTER),
    ("an urging of the office", rung(RungKind.ESCALATE, ESCALATIONS["urge"]), False, Letter.OVERDUE_ALERT),
    ("a supervision of a unit", rung(RungKind.ESCALATE, ESCALATIONS["supervise"]), True, Letter.SUPERVISION_LETTER),
    ("a report on a unit", rung(RungKind.ESCALATE, ESCALATIONS["to_leader"]), True, Letter.LEADER_REPORT),
    ("a report on the office", rung(RungKind.ESCALATE, ESCALATIONS["to_chairs"]), False, Letter.CHAIRS_REPORT),
    ("an escalation that a person takes", rung(RungKind.ESCALATE, BY_HAND), True, Letter.OVERDUE_ALERT),
]
OWED = [
    ("nothing known of the share", None, True, "sign_in"),
    ("papers not signed for", D.AWAITING_SIGN_IN, True, "sign_in"),
    ("an assignment that was signed for", D.HANDLING, True, "assign"),
    ("a report sent back", D.REPORTED, True, "assign"),
    ("a referral that was signed for", D.RECEIVED, False, "sign_in"),
]


@pytest.mark.parametrize(("one", "units", "letter"), [pytest.param(*row[1:], id=row[0]) for row in LETTERS])
def test_a_rung_sends(one: Rung, units: bool, letter: Letter) -> None:
    assert letter_of_rung(one, units=units) is letter


@pytest.mark.parametrize("state", list(D), ids=lambda state: state.value)
@pytest.mark.parametrize("owner", list(ClockOwner), ids=lambda owner: owner.value)
def test_a_limit_is_a_units_only_while_it_is_its_turn(owner: ClockOwner, state: DispatchState) -> None:
    assert is_the_units(owner, state) is (owner is ClockOwner.HANDLER and state in (D.AWAITING_SIGN_IN, D.HANDLING))


def test_a_limit_without_a_share_is_the_offices() -> None:
    assert not is_the_units(ClockOwner.HANDLER, None)


@pytest.mark.parametrize(("state", "wanted", "key"), [pytest.param(*row[1:], id=row[0]) for row in OWED])
def test_a_unit_owes(state: DispatchState | None, wanted: bool, key: str) -> None:
    assert owed_by(state, result_wanted=wanted) == key


@pytest.mark.parametrize("flag", list(Flag), ids=lambda flag: flag.value)
def test_nobody_can_be_told_of_an_unsigned_or_an_old_petition(flag: Flag) -> None:
    assert nobody_to_tell(frozenset((flag,))) is (flag in (Flag.ANONYMOUS, Flag.HISTORIC))


@pytest.mark.parametrize("letter", list(Letter), ids=lambda letter: letter.value)
@pytest.mark.parametrize(("objections", "again"), [(0, False), (1, True), (2, True)])
def test_the_acceptance_is_told_once(letter: Letter, objections: int, again: bool) -> None:
    assert goes_out(letter, objections=objections) is not (letter is Letter.ACCEPTANCE_NOTICE and again)


@pytest.mark.parametrize("letter", list(Letter), ids=lambda letter: letter.value)
@pytest.mark.parametrize(("days", "past"), [(-1, False), (0, False), (1, True)], ids=["before", "on the day", "after"])
def test_a_passed_day_is_never_asked_for(letter: Letter, days: int, past: bool) -> None:
    named = names_due_day(letter, DUE, DUE + timedelta(days=days))
    assert named is not (past and letter in PAST_IS_NO_ORDER)
