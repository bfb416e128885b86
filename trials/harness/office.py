"""A petition office in a test: a database, a roster, and short ways to let people act."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models.bookmark import Bookmark
from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Channel, Step
from notifications.channels import NullChannel
from rules.zone import SHANGHAI
from tasks.casework.drafts import Person, Registration, register_now
from tasks.casework.duplicates import check_duplicates
from tasks.decide import decide, find_place
from tasks.forms.typed_number import by_typed_number
from tasks.keeping.database import Database
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.letters.outbox import send_due
from tasks.record.act import Act, Arrival, Who, find_actor
from tasks.record.cases import clocks_of, dispatches_of, find_petition, lock_case
from tasks.record.sums import LEFT

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    """An instant in spring 2026, Shanghai time."""
    return datetime(2026, month, day, hour, 0, tzinfo=SHANGHAI)


CONSENT = {
    Step.APPROVE: "同意",
    Step.EXAMINE: "审核通过",
    Step.CLOSE: "同意结案",
    Step.DECIDE_OBJECTION: "同意",
    Step.DECIDE_EXTENSION: "同意",
}
"""What is chosen in a test that says nothing else; the forms themselves preselect no consent."""


def with_consent(step: Step, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer that says yes where a form asks and the test says nothing."""
    return ({"choice": CONSENT[step]} if step in CONSENT else {}) | answer


@dataclass
class Office:
    """One office with the demo's roster; officers Z01, Z02 clerks, D01 director, F01 vice-chair, H01, A01, L-<unit>."""

    database: Database
    papers: int = field(default=0)

    def act(self, session: Session, code: str, as_of: datetime, **more: Any) -> Act:
        """Somebody of the roster acting at an instant, in the first role held."""
        from models.vocabulary.people import Proof, Role

        actor = find_actor(session, Who(code, Proof.NONE), roles=tuple(Role), on=as_of.date())
        return Act(actor=actor, as_of=as_of, **more)

    def register(self, *, as_of: datetime = MONDAY, key: str = "", **paper: Any) -> str:
        """Register an invented paper and return its number."""
        self.papers += 1
        known: dict[str, Any] = {
            "channel": Channel.LETTER,
            "receipt_on": as_of.date(),
            "title": "反映物业服务问题",
            "content": "电梯长期停用。",
            "persons": (Person(name=f"测试人{self.papers}", phone=f"1380000{self.papers:04d}"),),
        }
        with self.database.write() as session:
            act = self.act(session, "Z01", as_of)
            petition, _ = register_now(session, Registration(**(known | paper)), key=key or f"test:{self.papers}", act=act)
            return str(petition.number)

    def look_for_duplicates(self, number: str, *, as_of: datetime = MONDAY) -> list[str]:
        """Run the automatic duplicate check."""
        from tasks.record.act import SYSTEM

        with self.database.write() as session:
            return check_duplicates(lock_case(session, number), act=Act(actor=SYSTEM, as_of=as_of))

    def decide(
        self, subject: str, step: Step | str, officer: str, *, as_of: datetime = MONDAY, key: str | None = None, **answer: Any
    ) -> bool:
        """Answer a step as its form would, with consent where nothing else is chosen."""
        with self.database.write() as session:
            who, fields = by_typed_number({"officer": officer} | with_consent(Step(step), answer))
            return decide(session, subject, Step(step), fields, who, Arrival(as_of, decision_key=key))

    def assigned(self, *units: str, as_of: datetime = MONDAY, approver: str = "F01", **paper: Any) -> str:
        """Bring a new petition as far as assigned (交办) to units by name, the first in the lead."""
        number = self.register(as_of=as_of, **paper)
        self.decide(number, "screen", "Z01", as_of=as_of, petition_class="申诉求决", content_code="城乡建设/物业服务")
        lead, *others = units or ("市住建局",)
        self.decide(
            number, "propose", "Z01", as_of=as_of, way="交办", lead=lead, co_handling="、".join(others), opinion="建议交办"
        )
        self.decide(number, "approve", approver, as_of=as_of, opinion="同意")
        return number

    def petition(self, number: str) -> Petition:
        """Load a petition."""
        with self.database.read() as session:
            return find_petition(session, number)

    def waits_at(self, subject: str) -> Step | None:
        """The step at which a petition or a share waits."""
        with self.database.read() as session:
            return find_place(session, subject).step

    def shares(self, number: str) -> list[Dispatch]:
        """Load a petition's shares."""
        with self.database.read() as session:
            return dispatches_of(session, find_petition(session, number))

    def clocks(self, number: str) -> dict[str, Clock]:
        """Load a petition's clocks by rule key (the newest of a key)."""
        with self.database.read() as session:
            return {clock.rule_key: clock for clock in clocks_of(session, find_petition(session, number))}

    def events(self, number: str) -> list[CaseEvent]:
        """Load a petition's events in order."""
        with self.database.read() as session:
            petition = find_petition(session, number)
            query = select(CaseEvent).where(CaseEvent.petition_id == petition.id).order_by(col(CaseEvent.seq))
            return list(session.exec(query))

    def letters(self, number: str) -> list[OutboxMessage]:
        """Load a petition's letters in order."""
        with self.database.read() as session:
            petition = find_petition(session, number)
            query = select(OutboxMessage).where(OutboxMessage.petition_id == petition.id).order_by(col(OutboxMessage.id))
            return list(session.exec(query))

    def bookmark(self, subject: str) -> Bookmark | None:
        """Load a subject's bookmark."""
        with self.database.read() as session:
            return session.get(Bookmark, subject)

    def send_letters(self, *, as_of: datetime = MONDAY) -> None:
        """Let every due letter leave (onto the file only)."""
        send_due(self.database, vault(), lambda _address: NullChannel(), settings=settings(), as_of=as_of, limit=500)


def told_by(event: CaseEvent) -> dict[str, Any]:
    """What an event tells of the matter: its facts without the digest that every event carries."""
    return {name: said for name, said in event.facts.items() if name != LEFT}


def day(text: str) -> date:
    """Read an ISO day."""
    return date.fromisoformat(text)
