"""What must be true after every fault: all ended, no step twice, no letter twice, the chain verifies, nothing left behind."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from sqlmodel import Session, col, select

from flows.runtime.waiting.inputs import is_form
from models.case_event import CaseEvent
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import State
from models.vocabulary.papers import MessageState
from notifications.channels import KEY_HEADER
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.letters.outbox import stable_id
from tasks.record.cases import dispatches_of, find_petition
from tasks.record.verifying import verify
from trials.harness.mailbox import Mailbox

Story = Counter[tuple[Any, ...]]
OURS = ("intake/intake", "correction/correction", "petition/petition", "dispatch/dispatch")
ENDED = (State.ARCHIVED,)
PAGE = 200


@dataclass(kw_only=True)
class Findings:
    """What does not hold, in a line each; and how many letters arrived again under the key of their first arrival."""

    problems: list[str] = field(default_factory=list)
    lost: int = 0
    twice: int = 0
    letters: int = 0
    repeated: int = 0
    """A crash between the server's acceptance and our record sends a letter again under the same key: told, no fault."""


def story(session: Session, number: str) -> Story:
    """A petition's file as a bag: every event with its share and actor, every letter with its addressee."""
    petition = find_petition(session, number)
    events = session.exec(select(CaseEvent).where(CaseEvent.petition_id == petition.id))
    letters = session.exec(select(OutboxMessage).where(OutboxMessage.petition_id == petition.id))
    places = {share.id: share.position for share in dispatches_of(session, petition)}
    found = Counter(("event", one.event.value, one.actor_code, places.get(one.dispatch_id or 0, 0)) for one in events)
    found.update(("letter", one.letter.value, one.addressee, places.get(one.dispatch_id or 0, 0)) for one in letters)
    return found


def check(database: Database, client: SyncPrefectClient, mails: Mailbox | None, numbers: list[str], like: Story) -> Findings:
    """Hold every petition against an undisturbed life, the letters against the mail server, the engine against the end."""
    findings = Findings()
    with database.read() as session:
        for number in numbers:
            _of_petition(session, number, like, findings)
        findings.problems += _of_record(session, len(numbers))
        if mails is not None:
            _of_letters(session, mails, findings)
    findings.problems += _of_engine(client)
    return findings


def _of_petition(session: Session, number: str, like: Story, findings: Findings) -> None:
    petition, told = find_petition(session, number), story(session, number)
    if petition.state not in ENDED:
        findings.problems.append(f"{number} has not ended: {petition.state.value}")
    for what, count in (told - like).items():
        findings.twice += count
        findings.problems.append(f"{number}: {count} too many of {what}")
    for what, count in (like - told).items():
        findings.lost += count
        findings.problems.append(f"{number}: {count} missing of {what}")


def _of_record(session: Session, expected: int) -> Iterator[str]:
    found = verify(session, vault())
    for finding in found.findings:
        yield f"verify: {finding.number} {finding.problem}"
    if found.petitions < expected:
        yield f"{expected - found.petitions} petitions are lost"
    keys = list(session.exec(select(CaseEvent.decision_key).where(col(CaseEvent.decision_key).is_not(None))))
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"decision {key} was applied {count} times"
    drafts = session.exec(select(Petition.id).where(Petition.state == State.DRAFT)).all()
    if drafts:
        yield f"{len(drafts)} drafts were never registered"


def _of_letters(session: Session, mails: Mailbox, findings: Findings) -> None:
    arrived = Counter(str(mail[KEY_HEADER]) for mail in mails.mails)
    letters = list(session.exec(select(OutboxMessage)))
    for letter in letters:
        if letter.state is not MessageState.SENT and letter.state is not MessageState.CANCELLED:
            findings.problems.append(f"letter {letter.id} has not left: {letter.state.value}")
        elif letter.state is MessageState.SENT and letter.address_sealed and not arrived[stable_id(letter)]:
            findings.problems.append(f"letter {letter.id} never arrived")
    if unknown := set(arrived) - {stable_id(letter) for letter in letters}:
        findings.problems.append(f"{len(unknown)} letters arrived that nobody wrote")
    findings.letters = len(arrived)
    findings.repeated = sum(arrived.values()) - len(arrived)


def our_runs(client: SyncPrefectClient) -> list[FlowRun]:
    """Every run of ours that the engine has a record of."""
    ids = [str(client.read_deployment_by_name(name).id) for name in OURS]
    chosen = FlowRunFilter.model_validate({"deployment_id": {"any_": ids}})
    runs: list[FlowRun] = []
    while page := client.read_flow_runs(flow_run_filter=chosen, limit=PAGE, offset=len(runs)):
        runs += page
    return runs


def _of_engine(client: SyncPrefectClient) -> Iterator[str]:
    completed: Counter[str] = Counter()
    for run in our_runs(client):
        state = run.state.type.value if run.state else "nothing"
        if run.state is None or not run.state.is_final():
            yield f"run {run.name} is left {state}"
        completed[run.name] += state == "COMPLETED"
        left = [entry.key for entry in client.filter_flow_run_input(run.id, "", 100, set()) if not is_form(entry.key)]
        if left:  # empty forms hold nothing of anybody's and stay with their run
            yield f"run {run.name} still has {sorted(left)}"
    for name, count in completed.items():
        if count != 1:
            yield f"{count} runs of {name} completed"
