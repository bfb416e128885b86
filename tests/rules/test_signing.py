"""Signing: which decisions need a signature, which lack one, and that nobody forgot to decide it for an event."""

import pytest

from models.vocabulary.case import Event, PetitionClass
from models.vocabulary.people import Proof, Role
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.share import DISPATCH_ROWS
from rules.signing import SIGNED, SIGNED_IN_ACCUSATIONS, lacks_signature, needs_signature

E, C = Event, PetitionClass
CLASSES = (None, *PetitionClass)
IN_EVERY_CASE = (
    E.APPROVE, E.SEND_BACK, E.CLOSE, E.FINALIZE, E.VOID, E.DETACH, E.UPHOLD_OBJECTION, E.OVERRULE_OBJECTION,
    E.GRANT_EXTENSION, E.REFUSE_EXTENSION, E.SUPERVISE, E.SUSPEND_CLOCK,
)  # fmt: skip
IN_ACCUSATIONS = (E.DISCLOSE, E.READ)
IN_NO_CASE = tuple(event for event in Event if event not in (*IN_EVERY_CASE, *IN_ACCUSATIONS))


def named(value: object) -> str:
    return str(getattr(value, "value", "not yet classed"))


@pytest.mark.parametrize("petition_class", CLASSES, ids=named)
class TestADecision:
    @pytest.mark.parametrize("event", IN_EVERY_CASE, ids=named)
    def test_that_binds_the_office_needs_a_signature(self, event: Event, petition_class: PetitionClass | None) -> None:
        assert needs_signature(event, petition_class)

    @pytest.mark.parametrize("event", IN_NO_CASE, ids=named)
    def test_of_daily_work_needs_none(self, event: Event, petition_class: PetitionClass | None) -> None:
        assert not needs_signature(event, petition_class)

    @pytest.mark.parametrize("event", IN_ACCUSATIONS, ids=named)
    def test_to_see_full_data_needs_one_where_somebody_is_accused(
        self, event: Event, petition_class: PetitionClass | None
    ) -> None:
        assert needs_signature(event, petition_class) is (petition_class is C.ACCUSATION)


@pytest.mark.parametrize(
    ("event", "petition_class", "role", "proof", "lacks"),
    [
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, Proof.SIGNED, False, id="an approval that was signed"),
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, Proof.DESK, True, id="an approval by a session alone"),
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, Proof.CODE, True, id="an approval by a code"),
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, Proof.CONSOLE, True, id="an approval by a command"),
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, Proof.NONE, True, id="an approval by a typed number"),
        pytest.param(E.APPROVE, C.APPEAL, Role.VICE_CHAIR, None, False, id="an approval from before proofs were kept"),
        pytest.param(E.SUPERVISE, C.APPEAL, Role.DIRECTOR, Proof.NONE, True, id="a supervision by the director"),
        pytest.param(E.SUPERVISE, C.APPEAL, Role.SYSTEM, None, False, id="a supervision by the ladder"),
        pytest.param(E.SCREEN, C.APPEAL, Role.CLERK, Proof.NONE, False, id="a screening by a typed number"),
        pytest.param(E.DISCLOSE, C.ACCUSATION, Role.CLERK, Proof.CONSOLE, True, id="a disclosure of an accuser"),
        pytest.param(E.DISCLOSE, C.APPEAL, Role.CLERK, Proof.CONSOLE, False, id="a disclosure of an appeal"),
    ],
)
def test_what_is_on_record_lacks_a_signature(
    event: Event, petition_class: PetitionClass, role: Role, proof: Proof | None, lacks: bool
) -> None:
    assert lacks_signature(event, petition_class, role, proof) is lacks


def test_only_what_a_person_can_decide_needs_a_signature() -> None:
    by_persons = {row.event for row in (*PETITION_ROWS, *DISPATCH_ROWS) if set(row.roles) - {Role.SYSTEM}}
    assert by_persons >= SIGNED | SIGNED_IN_ACCUSATIONS
