"""Drafts: a paper is put on file sealed, corrected, and registered once its dates are possible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.bookmark import Bookmark
from models.petition import Petition
from models.petitioner import FurtherPhone, Party, Petitioner
from models.vocabulary.case import Channel, Event, Flag, PetitionClass, Source, State
from models.vocabulary.people import PartyRole
from rules.flags import PaperSituation, own_flags
from rules.lifecycle.guards.intake import registrable
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.limits.rulebook import pack_on
from tasks.record.act import Act
from tasks.record.cases import Case, lock_case, subject_of
from tasks.record.columns import RowChange
from tasks.record.hashes import digests_of, name_digest
from tasks.record.organs import find_organ
from tasks.record.serials import petition_number
from tasks.record.situation import gather_situation
from tasks.runs.bookmarks import want_run
from tasks.transitions import Change, advance

NO_CONTENT = "（内容不清）"
ONE_PHONE = 12
"""Characters of a mobile phone with a digit to spare; several in a cell are longer."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """One petitioner as written on the paper; every field may be missing."""

    name: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    role: PartyRole = PartyRole.LEAD


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A paper as it comes in. Dates are days in Asia/Shanghai; people are counted, not only named."""

    channel: Channel
    receipt_on: date
    title: str = ""
    content: str = ""
    persons: tuple[Person, ...] = ()
    source: Source = Source.SELF
    postmark_on: date | None = None
    people_count: int = 1
    visitor_count: int = 0
    place: str = ""
    addressee: str = ""
    accused: str = ""
    accused_unit: str = ""
    upstream_number: str = ""
    upstream_due_on: date | None = None
    legacy_number: str = ""
    petition_class: PetitionClass | None = None
    content_code: str = ""
    flags: frozenset[Flag] = frozenset()


def open_draft(session: Session, paper: Registration, *, key: str, act: Act) -> Petition:
    """Put a paper on file, sealed, before anything is checked; the same key gives the same draft again."""
    known = session.exec(select(Petition).where(Petition.intake_key == key)).first()
    if known is not None:
        return known
    petition = Petition(
        intake_key=key,
        state=State.DRAFT,
        registrar_code=act.actor.code,
        created_at=act.as_of,
        accused_organ_id=find_organ(session, paper.accused_unit).id if paper.accused_unit.strip() else None,
        **_as_written(paper),
    )
    session.add(petition)
    people = [_petitioner(person) for person in paper.persons]
    session.add_all(people)
    session.flush()
    for position, (person, petitioner) in enumerate(zip(paper.persons, people, strict=True), start=1):
        session.add(Party(petition_id=petition.id, petitioner_id=petitioner.id, position=position, role=person.role))
        session.add_all(FurtherPhone(petitioner_id=petitioner.id, digest=digest) for digest in _further_phones(person))
    session.flush()
    return petition


def _further_phones(person: Person) -> tuple[str, ...]:
    return digests_of(name="", id_number="", phone=person.phone)[1] if len(person.phone) > ONE_PHONE else ()


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is put right about a paper that could not be registered: columns of the draft, and who represents the others.

    No names leave the representatives as they are; otherwise exactly these are, and the others among them become co-signers.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    representatives: tuple[str, ...] = ()


NOTHING = Correction()


def _parts(case: Case, names: tuple[str, ...]) -> tuple[RowChange, ...]:
    """Say what everybody's part is once exactly those with these names are representatives, if there are any names."""
    chosen = {name_digest(name) for name in names}
    query = select(Party, Petitioner.name_digest).join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id))
    parts = []
    for party, digest in case.session.exec(query.where(Party.petition_id == case.petition.id)).all():
        role = party.role
        if names and role in (PartyRole.REPRESENTATIVE, PartyRole.CO_SIGNER):
            role = PartyRole.REPRESENTATIVE if digest in chosen else PartyRole.CO_SIGNER
        parts.append(RowChange(party, {"role": role}))
    return tuple(parts)


def register(case: Case, *, act: Act, corrected: Correction = NOTHING) -> None:
    """Give a paper its number, as corrected, and start the office's clocks; a registered one stays as it is.

    Raises ``TransitionRefusedError`` for impossible dates or more than five representatives.
    """
    session, petition, draft = case.session, case.petition, case.subject
    if petition.state is not State.DRAFT:
        return
    parts = _parts(case, corrected.representatives)
    asked = dict(corrected.columns) | {"representatives": sum(one.values["role"] is PartyRole.REPRESENTATIVE for one in parts)}
    received = corrected.columns.get("receipt_on", petition.receipt_on)
    change = Change(
        Event.REGISTER,
        asked=asked,
        columns=dict(corrected.columns) | _numbered(case, act, asked),
        also=parts,
        record={"channel": petition.channel.value, "receipt_on": received.isoformat()},
    )
    recorded = advance(case, change, act)
    if session.get(Bookmark, draft):
        want_run(session, draft, recorded.seq, act, finished=True)


def _numbered(case: Case, act: Act, asked: dict[str, Any]) -> dict[str, Any]:
    """What a paper has once it is registered; no number is given out in vain when the guard will refuse."""
    pack = pack_on(act.happened_on)
    columns = {"registered_on": act.happened_on, "pack_version": pack.version, "registrar_code": act.actor.code}
    refused = registrable(gather_situation(case, act, asked | {"units": ()}))
    return columns if refused else columns | {"number": petition_number(case.session, act.happened_on)}


def register_now(session: Session, paper: Registration, *, key: str, act: Act) -> tuple[Petition, bool]:
    """Take a paper in and register it in one transaction; says whether it is new. Refusals leave nothing behind."""
    petition = open_draft(session, paper, key=key, act=act)
    if petition.state is not State.DRAFT:
        return petition, False
    register(lock_case(session, subject_of(petition)), act=act)
    return petition, True


def _as_written(paper: Registration) -> dict[str, Any]:
    """What a paper says, column by column: people's own words sealed, its marks completed by those it earns itself."""
    plain = (
        "channel",
        "receipt_on",
        "source",
        "postmark_on",
        "people_count",
        "visitor_count",
        "upstream_due_on",
        "petition_class",
    )
    texts = ("place", "addressee", "upstream_number", "legacy_number", "content_code")
    own = own_flags(_seen(paper), group_visit_from=settings().group_visit_from)
    return {
        "title": paper.title.strip() or "（未写标题）",
        "content_sealed": vault().seal(paper.content.strip() or NO_CONTENT),
        "accused_sealed": vault().seal(paper.accused) if paper.accused.strip() else None,
        "flags": sorted(flag.value for flag in paper.flags | own),
        **{column: getattr(paper, column) for column in plain},
        **{column: getattr(paper, column).strip() or None for column in texts},
    }


def _seen(paper: Registration) -> PaperSituation:
    return PaperSituation(
        channel=paper.channel,
        names=tuple(person.name for person in paper.persons),
        id_numbers=tuple(person.id_number for person in paper.persons),
        content=paper.content,
        people_count=paper.people_count,
        visitor_count=paper.visitor_count,
    )


def _petitioner(person: Person) -> Petitioner:
    sealed = {f"{field}_sealed": _sealed(getattr(person, field)) for field in ("name", "id_number", "phone", "address", "email")}
    digests, _ = digests_of(name=person.name, id_number=person.id_number, phone=person.phone)
    return Petitioner.model_validate(sealed | digests)


def _sealed(text: str) -> str | None:
    return vault().seal(text.strip()) if text.strip() else None
