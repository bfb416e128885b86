"""Steps: no state waits for nobody, and whoever it waits for can do something there."""

import pytest

from models.vocabulary.case import DispatchState, Stage, State, Step
from models.vocabulary.people import Role
from rules.lifecycle.row import AnyState
from rules.lifecycle.share import FINISHED_UNITS
from rules.lifecycle.stages import STAGES
from rules.lifecycle.table import permitted, rows_from
from rules.steps import DISPATCH_STEPS, PETITION_STEPS, WHO_DECIDES, step_of

WAITING: list[tuple[AnyState, Step]] = [*PETITION_STEPS.items(), *DISPATCH_STEPS.items()]
EACH_WAIT = pytest.mark.parametrize(
    ("state", "step"), WAITING, ids=[f"{type(at).__name__} {at} waits for {to}" for at, to in WAITING]
)


class TestEveryState:
    @pytest.mark.parametrize("state", State, ids=lambda state: state.value)
    def test_of_an_open_petition_waits_at_a_step(self, state: State) -> None:
        by_itself = state is State.APPROVED or STAGES[state] is Stage.CLOSED
        assert (step_of(state) is None) is by_itself

    @pytest.mark.parametrize("state", DispatchState, ids=lambda state: state.value)
    def test_of_an_open_share_waits_at_a_step(self, state: DispatchState) -> None:
        assert (step_of(state) is None) is (state in FINISHED_UNITS)

    def test_is_looked_up_in_its_own_table(self) -> None:
        assert step_of(State.HANDLING) is Step.OVERSEE
        assert step_of(DispatchState.HANDLING) is Step.REPORT


class TestAStep:
    @EACH_WAIT
    def test_names_only_roles_that_can_do_something_there(self, state: AnyState, step: Step) -> None:
        assert [role for role in WHO_DECIDES[step] if not permitted(state, role)] == []

    @EACH_WAIT
    def test_has_somebody_who_can_move_on_unless_units_do(self, state: AnyState, step: Step) -> None:
        movers = {role for row in rows_from(state) if row.target for role in row.roles}
        assert movers & set(WHO_DECIDES[step])

    def test_always_has_somebody(self) -> None:
        assert set(WHO_DECIDES) == set(Step)
        assert all(WHO_DECIDES.values())
        assert Role.SYSTEM not in {role for roles in WHO_DECIDES.values() for role in roles}
