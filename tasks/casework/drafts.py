"""Drafts: a paper is put on file sealed, corrected, and registered once its dates are possible."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.bookmark import Bookmark
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import Channel, Event, Flag, PetitionClass, Source, State
from models.vocabulary.people import PartyRole
from rules.flags import PaperFacts, own_flags
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.limits.rulebook import pack_of
from tasks.record.act import Act
from tasks.record.cases import Case, lock_case, subject_of
from tasks.record.organs import find_organ
from tasks.record.serials import petition_number
from tasks.runs.bookmarks import want_run
from tasks.transitions import Change, advance

NO_CONTENT = "（内容不清）"


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
        channel=paper.channel,
        receipt_on=paper.receipt_on,
        title="",
        content_sealed=vault().seal(""),
        registrar_code=act.actor.code,
        created_at=act.as_of,
    )
    session.add(petition)
    _write(session, petition, paper)
    people = [_petitioner(person) for person in paper.persons]
    session.add_all(people)
    session.flush()
    for position, (person, petitioner) in enumerate(zip(paper.persons, people, strict=True), start=1):
        session.add(Party(petition_id=petition.id, petitioner_id=petitioner.id, position=position, role=person.role))
    session.flush()
    return petition


def correct_draft(case: Case, columns: Mapping[str, Any]) -> None:
    """Change columns of a paper that is not registered yet."""
    if case.state is State.DRAFT:
        for column, value in columns.items():
            setattr(case.petition, column, value)


def choose_representatives(case: Case, names: tuple[str, ...]) -> None:
    """Make exactly these of a draft's people its representatives; the others among them become co-signers."""
    chosen = {vault().digest(name) for name in names}
    query = select(Party, Petitioner.name_digest).join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id))
    for party, digest in case.session.exec(query.where(Party.petition_id == case.petition.id)).all():
        if party.role in (PartyRole.REPRESENTATIVE, PartyRole.CO_SIGNER):
            party.role = PartyRole.REPRESENTATIVE if digest in chosen else PartyRole.CO_SIGNER


def register(case: Case, *, act: Act) -> None:
    """Give a paper its number and start the office's clocks; a registered one stays as it is.

    Raises ``TransitionRefusedError`` for impossible dates or more than five representatives.
    """
    session, petition, draft = case.session, case.petition, case.subject
    if petition.state is not State.DRAFT:
        return
    parties = session.exec(select(Party).where(Party.petition_id == petition.id)).all()
    representatives = sum(party.role is PartyRole.REPRESENTATIVE for party in parties)
    petition.registered_on = act.happened_on
    columns = {"pack_version": pack_of(petition).version, "registrar_code": act.actor.code}
    if not _blocked(case, act, representatives):
        columns["number"] = petition_number(session, act.happened_on)
    change = Change(
        Event.REGISTER,
        asked={"representatives": representatives},
        columns=columns,
        record={"channel": petition.channel.value, "receipt_on": petition.receipt_on.isoformat()},
    )
    recorded = advance(case, change, act)
    if session.get(Bookmark, draft):
        want_run(session, draft, recorded.seq, act, finished=True)


def _blocked(case: Case, act: Act, representatives: int) -> bool:
    """Say whether the guard will refuse, so that no number is given out in vain."""
    from rules.lifecycle.guards.intake import registrable
    from tasks.record.facts import gather_facts

    seen = gather_facts(case, act, {"representatives": representatives, "units": ()})
    return registrable(seen) is not None


def register_now(session: Session, paper: Registration, *, key: str, act: Act) -> tuple[Petition, bool]:
    """Take a paper in and register it in one transaction; says whether it is new. Refusals leave nothing behind."""
    petition = open_draft(session, paper, key=key, act=act)
    if petition.state is not State.DRAFT:
        return petition, False
    register(lock_case(session, subject_of(petition)), act=act)
    return petition, True


def _write(session: Session, petition: Petition, paper: Registration) -> None:
    petition.title = paper.title.strip() or "（未写标题）"
    petition.content_sealed = vault().seal(paper.content.strip() or NO_CONTENT)
    petition.accused_sealed = vault().seal(paper.accused) if paper.accused.strip() else None
    petition.accused_organ_id = find_organ(session, paper.accused_unit).id if paper.accused_unit.strip() else None
    for column in ("source", "postmark_on", "people_count", "visitor_count", "upstream_due_on", "petition_class"):
        setattr(petition, column, getattr(paper, column))
    for column in ("place", "addressee", "upstream_number", "legacy_number", "content_code"):
        setattr(petition, column, getattr(paper, column).strip() or None)
    own = own_flags(_seen(paper), group_visit_from=settings().group_visit_from)
    petition.flags = sorted(flag.value for flag in paper.flags | own)


def _seen(paper: Registration) -> PaperFacts:
    return PaperFacts(
        channel=paper.channel,
        names=tuple(person.name for person in paper.persons),
        id_numbers=tuple(person.id_number for person in paper.persons),
        content=paper.content,
        people_count=paper.people_count,
        visitor_count=paper.visitor_count,
    )


def _petitioner(person: Person) -> Petitioner:
    sealed = {f"{field}_sealed": _sealed(getattr(person, field)) for field in ("name", "id_number", "phone", "address", "email")}
    digests = {f"{field}_digest": _digest(getattr(person, field)) for field in ("name", "id_number", "phone")}
    return Petitioner.model_validate(sealed | digests)


def _sealed(text: str) -> str | None:
    return vault().seal(text.strip()) if text.strip() else None


def _digest(text: str) -> str | None:
    return vault().digest(text) if text.strip() else None
