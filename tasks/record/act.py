"""Who acts, in which capacity, and when."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.officer import Officer, OfficerRole
from models.vocabulary.people import Proof, Role
from rules.errors import AnswerRefusedError, TransitionRefusedError
from rules.normal_form import number_form
from rules.zone import legal_day


@dataclass(frozen=True)
class Who:
    """A person who wants to act, as the caller knows it: the officer's code, and by what it is known to be that officer.

    ``login`` is the operating system's user behind a command on the host, and empty otherwise.
    """

    code: str
    proof: Proof
    login: str = ""


@dataclass(frozen=True)
class Arrival:
    """When an answer comes in, and by which way.

    ``as_of`` is an aware instant. ``decision_key`` makes applying one answer twice impossible; ``origin`` names
    the subject whose own run brings the answer and needs no nudge for it.
    """

    as_of: datetime
    decision_key: str | None = None
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person in one capacity, known by a proof, or the system itself, which needs none."""

    code: str
    role: Role
    name: str = ""
    organ_id: int | None = None
    who: Who | None = None

    def __post_init__(self) -> None:
        """Refuse a person whom nobody vouches for, and a system that pretends to be one: a programming error."""
        if (self.who is None) is not (self.role is Role.SYSTEM):
            raise ValueError("a person acts as somebody knows him or her, the system as nobody")


OFFICER = (
    select(Officer, OfficerRole.role)
    .join(OfficerRole, col(OfficerRole.officer_id) == col(Officer.id), isouter=True)
    .where(col(Officer.code) == bindparam("code"))
)
SYSTEM = Actor(code="system", role=Role.SYSTEM, name="系统")


@dataclass(frozen=True, kw_only=True)
class Act:
    """One action: by whom, when it is written down, and when it happened if that was earlier.

    ``as_of`` and ``occurred_at`` are aware instants. ``decision_key`` makes applying one answer twice
    impossible; ``origin`` names the subject whose own run brings the answer and needs no nudge for it.
    """

    actor: Actor
    as_of: datetime
    occurred_at: datetime | None = None
    decision_key: str | None = None
    origin: str = ""

    @property
    def happened_at(self) -> datetime:
        """The instant at which it happened."""
        return self.occurred_at or self.as_of

    @property
    def happened_on(self) -> date:
        """The day in Asia/Shanghai on which it happened."""
        return legal_day(self.happened_at)

    @property
    def today(self) -> date:
        """The day in Asia/Shanghai on which it is written down."""
        return legal_day(self.as_of)

    @property
    def proof(self) -> Proof | None:
        """By what its author is known; nothing for the system."""
        return self.actor.who.proof if self.actor.who else None

    @property
    def vouched(self) -> dict[str, str]:
        """What an event keeps among its facts, where the chain signs it, of how its author was known."""
        who = self.actor.who
        return {} if who is None else {"proof": who.proof.value} | ({"login": who.login} if who.login else {})

    def by_system(self) -> "Act":
        """The same moment, acted on by the system as a consequence."""
        return Act(actor=SYSTEM, as_of=self.as_of, occurred_at=self.occurred_at, origin=self.origin)


def find_actor(
    session: Session, who: Who, *, roles: tuple[Role, ...], on: date, organ_id: int | None = None, named: str = ""
) -> Actor:
    """Find the officer whom somebody says to be, acting in the first of the roles that he or she has.

    With ``organ_id`` a liaison must belong to that organ. ``named`` are those whom a refusal names, where the roles alone
    would name too many. Raises ``AnswerRefusedError`` for an unknown or
    inactive number and ``TransitionRefusedError`` for the wrong role or organ.
    """
    code = who.code.strip()
    if not code:
        raise AnswerRefusedError("请填写本人工号")
    found = session.exec(OFFICER, params={"code": code}).all() or session.exec(OFFICER, params={"code": number_form(code)}).all()
    if not found:
        raise AnswerRefusedError(f"没有工号“{code}”，请核对后重填")
    officer = found[0][0]
    if officer.active_from > on or (officer.active_until and officer.active_until <= on):
        raise AnswerRefusedError(f"工号“{code}”已停用")
    held = {role for _, role in found if role} - {Role.SYSTEM}
    role = next((role for role in roles if role in held), None)
    if role is None:
        wanted = named or "、".join(role.label for role in roles if role is not Role.SYSTEM)
        raise TransitionRefusedError(f"本步骤须由{wanted}办理，工号“{code}”没有此身份")
    if role is Role.LIAISON and organ_id is not None and officer.organ_id != organ_id:
        raise TransitionRefusedError(f"工号“{code}”不是本承办单位的联络员")
    return Actor(code=officer.code, role=role, name=officer.name, organ_id=officer.organ_id, who=who)
