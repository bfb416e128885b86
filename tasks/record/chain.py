"""The hash chain: every event signs the one before it, and the petition's row signs its newest event."""

import hashlib
import json
from datetime import UTC, datetime

from models.case_event import CaseEvent
from models.petition import Petition
from tasks.keeping.vault import Vault


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def event_hash(event: CaseEvent, vault: Vault) -> str:
    """Sign everything an event says, its place in the file and the event before it."""
    note = hashlib.sha256((event.note_sealed or "").encode()).hexdigest()
    line = [
        event.petition_id,
        event.seq,
        event.event.value,
        event.source,
        event.target,
        event.dispatch_id,
        event.actor_code,
        event.actor_role.value,
        _instant(event.occurred_at),
        _instant(event.recorded_at),
        event.facts,
        note,
        event.audience.value,
        event.decision_key,
        event.previous_hash,
    ]
    return vault.sign(json.dumps(line, ensure_ascii=False, sort_keys=True))


def vouched_as_signed(event: CaseEvent) -> bool:
    """Say whether the proof that an event shows is the one that was signed with it among its facts; at first there was none."""
    return event.facts.get("proof") == (event.proof.value if event.proof else None)


def head_seal(petition: Petition, vault: Vault) -> str:
    """Sign the petition's number, state and newest event together."""
    line = [petition.id, petition.number, petition.state.value, petition.last_seq, petition.head_hash]
    return vault.sign(json.dumps(line, ensure_ascii=False))
