"""The hash chain: every event signs the one before it, and the petition's row signs its newest event."""

import hashlib
import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Row

from models.case_event import CaseEvent
from models.petition import Petition
from tasks.keeping.vault import Vault


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _word(coded: Any) -> Any:
    return coded.value if isinstance(coded, Enum) else coded


def event_hash(event: CaseEvent | Row[Any], vault: Vault) -> str:
    """Sign everything an event says, its place in the file and the event before it; as an object, or as a row of the table."""
    note = hashlib.sha256((event.note_sealed or "").encode()).hexdigest()
    line = [
        event.petition_id,
        event.seq,
        _word(event.event),
        event.source,
        event.target,
        event.dispatch_id,
        event.actor_code,
        _word(event.actor_role),
        _instant(event.occurred_at),
        _instant(event.recorded_at),
        event.facts,
        note,
        _word(event.audience),
        event.decision_key,
        event.previous_hash,
    ]
    return vault.sign(json.dumps(line, ensure_ascii=False, sort_keys=True))


def vouched_as_signed(event: CaseEvent | Row[Any]) -> bool:
    """Say whether the proof that an event shows is the one that was signed with it among its facts; at first there was none."""
    return bool(event.facts.get("proof") == _word(event.proof))


def head_seal(petition: Petition | Row[Any], vault: Vault) -> str:
    """Sign the petition's number, state and newest event together."""
    line = [petition.id, petition.number, _word(petition.state), petition.last_seq, petition.head_hash]
    return vault.sign(json.dumps(line, ensure_ascii=False))
