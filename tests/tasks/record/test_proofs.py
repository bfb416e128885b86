"""Who vouched for whom: every act of a person keeps its proof, and whoever touches one is found out."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.officer import Officer, OfficerRole
from models.petition import Petition
from models.vocabulary.case import Audience, Event, Step
from models.vocabulary.people import Proof, Role
from rules.errors import TransitionRefusedError
from rules.zone import legal_day
from tasks.decide import decide
from tasks.keeping.vault import Vault, vault
from tasks.record.act import SYSTEM, Arrival, Who, find_actor
from tasks.record.chain import event_hash, head_seal
from tasks.record.verifying import Verification, verify
from trials.harness.office import MONDAY, Office, at

NUMBER = "XF-2026-0001"
SCREEN = {"petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}
BY_HAND, BY_SYSTEM = 3, 5
"""Places in the file of a petition that was assigned: of what a person did, and of what followed by itself."""


def look(office: Office) -> Verification:
    with office.database.read() as session:
        return verify(session, vault())


def run(statement: str) -> Callable[[Session], None]:
    def damage(session: Session) -> None:
        session.execute(text(statement))

    return damage


def tampered(office: Office, damage: Callable[[Session], None]) -> dict[int | None, list[str]]:
    """What is found, by place in the file, after the damage."""
    with office.database.write() as session:
        damage(session)
    found: dict[int | None, list[str]] = {}
    for finding in look(office).findings:
        found.setdefault(finding.seq, []).append(finding.problem)
    return found


class TestAnAct:
    def test_of_a_person_keeps_its_proof_and_of_the_system_none(self, office: Office) -> None:
        events = office.events(office.assigned())
        kept = [(event.actor_role is Role.SYSTEM, event.proof, event.facts.get("proof")) for event in events]
        assert kept == [(False, Proof.NONE, "none")] * 4 + [(True, None, None)]

    @pytest.mark.parametrize("proof", Proof, ids=lambda proof: proof.value)
    def test_keeps_what_the_caller_knew(self, office: Office, proof: Proof) -> None:
        number = office.register()
        with office.database.write() as session:
            decide(session, number, Step.SCREEN, SCREEN, Who("Z01", proof), Arrival(MONDAY))
        event = office.events(number)[-1]
        assert (event.actor_code, event.proof, event.facts["proof"]) == ("Z01", proof, proof.value)
        assert look(office).findings == ()

    def test_at_the_console_keeps_the_login_name_beside_it(self, office: Office) -> None:
        number = office.register()
        with office.database.write() as session:
            decide(session, number, Step.SCREEN, SCREEN, Who("Z01", Proof.CONSOLE, login="xinfang"), Arrival(MONDAY))
        kept = office.events(number)[-1].facts
        assert (kept["proof"], kept["login"]) == ("console", "xinfang")

    def test_as_a_consequence_is_the_systems(self, office: Office) -> None:
        with office.database.read() as session:
            act = office.act(session, "Z01", MONDAY)
        assert (act.proof, act.by_system().proof, act.by_system().vouched) == (Proof.NONE, None, {})


class TestAnActor:
    @pytest.mark.parametrize(
        ("role", "who"),
        [
            pytest.param(Role.CLERK, None, id="a person whom nobody vouches for"),
            pytest.param(Role.SYSTEM, Who("Z01", Proof.SIGNED), id="a person in the system's capacity"),
        ],
    )
    def test_is_either_a_person_known_by_something_or_the_system(self, role: Role, who: Who | None) -> None:
        with pytest.raises(ValueError, match="a person acts"):
            replace(SYSTEM, role=role, who=who)

    def test_never_acts_in_the_systems_capacity_though_the_roster_says_so(self, office: Office) -> None:
        with office.database.write() as session:
            officer = session.exec(select(Officer).where(Officer.code == "A01")).one()
            session.add(OfficerRole(officer_id=officer.id, role=Role.SYSTEM))
        roles = (Role.SYSTEM, Role.ARCHIVIST)
        with office.database.read() as session:
            found = find_actor(session, Who("A01", Proof.DESK), roles=roles, on=legal_day(MONDAY))
            assert (found.role, found.who) == (Role.ARCHIVIST, Who("A01", Proof.DESK))
            with pytest.raises(TransitionRefusedError, match="没有此身份"):
                find_actor(session, Who("A01", Proof.DESK), roles=roles[:1], on=legal_day(MONDAY))


class TestAProofThatWasTouched:
    """Each on the event of a person and on one of the system, which has none."""

    @pytest.mark.parametrize(
        ("change", "places"),
        [
            pytest.param("proof = 'signed'", [BY_HAND, BY_SYSTEM], id="made a signature"),
            pytest.param("proof = 'desk'", [BY_HAND, BY_SYSTEM], id="made another"),
            pytest.param("proof = 'none'", [BY_SYSTEM], id="given to the system"),
            pytest.param("proof = NULL", [BY_HAND], id="taken away"),
        ],
    )
    def test_is_found_at_its_place_and_named(self, office: Office, change: str, places: list[int]) -> None:
        office.assigned()
        for place in places:
            assert look(office).findings == ()
            before = "NULL" if place == BY_SYSTEM else "'none'"
            assert tampered(office, run(f"UPDATE case_event SET {change} WHERE seq = {place}")) == {
                place: ["经办人的核验方式被改动"]
            }
            tampered(office, run(f"UPDATE case_event SET proof = {before} WHERE seq = {place}"))

    @pytest.mark.parametrize(
        ("proof", "facts"),
        [
            pytest.param("signed", {"proof": "signed"}, id="in both places alike"),
            pytest.param(None, {}, id="out of both places"),
            pytest.param("none", {"proof": "none", "login": "root"}, id="with a login name put beside it"),
        ],
    )
    def test_is_found_where_a_careful_forger_touched_the_facts_as_well(
        self, office: Office, proof: str | None, facts: dict[str, str]
    ) -> None:
        office.assigned()

        def forge(session: Session) -> None:
            event = session.exec(select(CaseEvent).where(CaseEvent.seq == BY_HAND)).one()
            event.proof, event.facts = (Proof(proof) if proof else None), facts

        assert tampered(office, forge) == {BY_HAND: ["记录内容被改动，或者不是本系统写入"]}

    def test_is_found_where_it_is_a_word_that_the_system_does_not_know(self, office: Office) -> None:
        office.assigned()
        other = office.register()
        found = tampered(office, run(f"UPDATE case_event SET proof = 'sworn' WHERE petition_id = 1 AND seq = {BY_HAND}"))
        assert (list(found), look(office).findings[0].number) == ([None], NUMBER)
        assert "不认识的代码" in found[None][0]
        assert (look(office).petitions, other) == (2, "XF-2026-0002")


BEFORE = CaseEvent(
    petition_id=7, seq=3, event=Event.APPROVE, source="approving", target="approved", actor_code="F01",
    actor_role=Role.VICE_CHAIR, occurred_at=at(3, 9), recorded_at=at(4, 10), facts={"way": "assignment", "二": [1, 2]},
    audience=Audience.INTERNAL, decision_key="run:approve:1", previous_hash="ab" * 32, hash="",
)  # fmt: skip
"""An event as the versions before wrote it."""


def signed_before(event: CaseEvent, keys: Vault) -> str:
    """Sign an event as the versions did that kept no proofs."""
    note = hashlib.sha256((event.note_sealed or "").encode()).hexdigest()
    instants = [instant.astimezone(UTC).isoformat(timespec="microseconds") for instant in (event.occurred_at, event.recorded_at)]
    line = [
        *(event.petition_id, event.seq, event.event.value, event.source, event.target, event.dispatch_id, event.actor_code),
        *(event.actor_role.value, *instants, event.facts, note, event.audience.value, event.decision_key, event.previous_hash),
    ]
    return keys.sign(json.dumps(line, ensure_ascii=False, sort_keys=True))


def written_before(office: Office) -> str:
    """A petition whose file the version before wrote: no proofs, and signed as it did."""
    number = office.assigned()

    def rewrite(session: Session) -> None:
        petition = session.exec(select(Petition).where(Petition.number == number)).one()
        petition.head_hash = ""
        for event in session.exec(select(CaseEvent).order_by(col(CaseEvent.seq))):
            event.proof, event.facts = None, {name: said for name, said in event.facts.items() if name != "proof"}
            event.previous_hash = petition.head_hash
            event.hash = petition.head_hash = signed_before(event, vault())
        petition.head_seal = head_seal(petition, vault())

    with office.database.write() as session:
        rewrite(session)
    return number


class TestAFileFromBefore:
    def test_signs_as_it_did(self) -> None:
        keys = Vault(["q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="])
        assert (
            event_hash(BEFORE, keys)
            == signed_before(BEFORE, keys)
            == "273e8f57070dbbe1397dab622c9ef4533b439ac39c89664e3df74468e3298de2"
        )

    def test_stays_right_and_goes_on_with_proofs(self, office: Office) -> None:
        number = written_before(office)
        assert look(office).findings == ()
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
        assert [event.proof for event in office.events(number)][-3:] == [None, Proof.NONE, None]
        assert look(office).findings == ()

    @pytest.mark.parametrize("proof", Proof, ids=lambda proof: proof.value)
    @pytest.mark.parametrize("place", [BY_HAND, BY_SYSTEM], ids=["of a person", "of the system"])
    def test_takes_no_proof_afterwards(self, office: Office, place: int, proof: Proof) -> None:
        written_before(office)
        found = tampered(office, run(f"UPDATE case_event SET proof = '{proof.value}' WHERE seq = {place}"))
        assert found == {place: ["经办人的核验方式被改动"]}
