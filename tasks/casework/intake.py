"""Intake: taking a paper in, registering it, looking for earlier ones, screening it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from models.bookmark import Bookmark
from models.case_event import CaseEvent
from models.organ import Organ
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import Channel, Event, Flag, PetitionClass, Relation, Source, Stage, State, Way
from models.vocabulary.case import Outcome as OutcomeCode
from models.vocabulary.people import PartyRole
from rules.errors import UnknownCaseError
from rules.flags import PaperFacts, own_flags
from rules.lifecycle.stages import STAGES
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.limits.clocks import stop_what_no_longer_counts
from tasks.limits.rulebook import pack_of
from tasks.record.act import Act
from tasks.record.cases import Case, find_petition, lock_case, people_of, subject_of
from tasks.record.locked import held
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


def find_organ(session: Session, name: str) -> Organ:
    """Find an organ by code or name; raises ``UnknownCaseError`` that offers names which come close."""
    wanted = name.strip()
    known = held(session).organ_names
    if wanted not in known:
        organ = session.exec(select(Organ).where(or_(Organ.code == wanted, Organ.name == wanted))).first()
        if organ is None:
            raise UnknownCaseError(f"没有名为“{wanted}”的单位{_names_close_to(session, wanted)}")
        known[wanted] = held(session).organs[organ.id] = organ
    return known[wanted]


def _names_close_to(session: Session, wanted: str) -> str:
    from difflib import get_close_matches

    names = list(session.exec(select(Organ.name)))
    near = [known for known in names if wanted and wanted in known] or get_close_matches(wanted, names, n=3, cutoff=0.4)
    return f"，相近的有：{'、'.join(near[:3])}" if near else ""


def likely_duplicates(session: Session, petition: Petition, *, limit: int = 5) -> list[Petition]:
    """Find earlier petitions with the same ID number, or the same name and phone, of any of the people."""
    own = people_of(session, petition)
    numbers = [p.id_number_digest for p in own if p.id_number_digest]
    same_person = [col(Petitioner.id_number_digest).in_(numbers)] if numbers else []
    for person in own:
        if person.name_digest and person.phone_digest:
            both = (Petitioner.name_digest == person.name_digest) & (Petitioner.phone_digest == person.phone_digest)
            same_person.append(both)  # type: ignore[arg-type]
    if not same_person:
        return []
    theirs = select(Party.petition_id).join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id)).where(or_(*same_person))
    query = (
        select(Petition)
        .where(col(Petition.id).in_(theirs), Petition.id != petition.id)
        .where(col(Petition.number).is_not(None), Petition.state != State.VOID)
        .order_by(col(Petition.id).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def check_duplicates(case: Case, *, act: Act) -> list[str]:
    """Look for earlier petitions of the same people; a hit asks a person to decide. Returns their numbers."""
    if case.state is not State.REGISTERED:
        return []
    found = [str(earlier.number) for earlier in likely_duplicates(case.session, case.petition)]
    if found:
        change = Change(Event.FLAG_DUPLICATE, asked={"duplicates": len(found)}, record={"candidates": found})
        advance(case, change, act.by_system())
    return found


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What the screening officer found out about a petition."""

    petition_class: PetitionClass | None
    content_code: str
    relation: Relation = Relation.FIRST
    parent_number: str = ""
    place: str = ""
    flags: frozenset[Flag] = frozenset()
    accused_unit: str = ""


def screen(case: Case, *, act: Act, found: Screening) -> CaseEvent:
    """Record class, content code, place and marks, and hand the petition on to be drafted."""
    parent = _parent(case, found) if found.relation is Relation.LINKED else None
    change = Change(
        Event.SCREEN,
        asked=_screening_facts(found),
        columns=_screening_columns(case, found) | {"parent_id": parent.id if parent else None},
        record={"relation": found.relation.value, "content_code": found.content_code} | _linked(parent),
    )
    event = advance(case, change, act)
    stop_what_no_longer_counts(case.session, case.petition, act=act)
    return event


def attach(case: Case, *, act: Act, found: Screening) -> CaseEvent:
    """Attach a repeat to its first petition: no second clock, the first one's units are told (条例 第十九条)."""
    parent = _parent(case, found)
    is_open = parent.state is State.CLOSING or STAGES[parent.state] not in (Stage.CLOSED, Stage.CLOSURE)
    change = Change(
        Event.ATTACH,
        asked={"parent_number": parent.number, "parent_is_open": is_open},
        columns=_screening_columns(case, replace(found, relation=Relation.REPEAT)) | {"parent_id": parent.id},
        record={"parent": parent.number},
        words={"parent_number": parent.number},
    )
    event = advance(case, change, act)
    told = Change(Event.ANNOTATE, asked={"reason": "重复来件"}, record={"repeat": case.petition.number})
    advance(lock_case(case.session, subject_of(parent)), told, act.by_system())
    return event


def answer_on_spot(case: Case, *, act: Act, found: Screening, answer: str) -> CaseEvent:
    """Answer at the window or on the phone (即接即办): the answer itself is the delivery."""
    parent = _parent(case, found) if found.relation is Relation.LINKED else None
    columns = _screening_columns(case, found) | {
        "parent_id": parent.id if parent else None,
        "drafter_code": act.actor.code,
        "way": Way.ON_THE_SPOT,
        "outcome": OutcomeCode.ANSWERED,
        "delivered_on": act.happened_on,
    }
    asked = _screening_facts(found) | {"answer": answer}
    return advance(case, Change(Event.ANSWER_ON_SPOT, asked=asked, columns=columns, note=answer), act)


def void(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Void a wrong entry; its number stays used. Somebody else than the registrar has to do it."""
    return advance(case, Change(Event.VOID, asked={"reason": reason}, note=reason), act)


def detach(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Undo an attachment: the petition goes its own way again, its clocks counted from its own receipt."""
    columns = {"relation": Relation.LINKED}
    return advance(case, Change(Event.DETACH, asked={"reason": reason}, columns=columns, note=reason), act)


def _parent(case: Case, found: Screening) -> Petition:
    if not found.parent_number.strip():
        raise UnknownCaseError("请填写原信访件（关联件）的编号")
    parent = find_petition(case.session, found.parent_number)
    if parent.id == case.petition.id:
        raise UnknownCaseError("不能并入或关联自身，请填写原信访件编号")
    return parent


def _linked(parent: Petition | None) -> dict[str, Any]:
    return {"parent": parent.number} if parent else {}


def _screening_facts(found: Screening) -> dict[str, Any]:
    return {
        "petition_class": found.petition_class,
        "content_code": found.content_code,
        "relation": found.relation,
        "parent_number": found.parent_number,
    }


def _screening_columns(case: Case, found: Screening) -> dict[str, Any]:
    petition = case.petition
    columns: dict[str, Any] = {
        "petition_class": found.petition_class,
        "content_code": found.content_code,
        "relation": found.relation,
        "place": found.place.strip() or petition.place,
        "flags": sorted({*petition.flags, *(flag.value for flag in found.flags)}),
    }
    if found.accused_unit.strip():
        columns["accused_organ_id"] = find_organ(case.session, found.accused_unit).id
    return columns
