"""Invented papers for benchmarks of steps: put on file, and decided as at the desk."""

from datetime import datetime

from desk.wall_time import now
from models.vocabulary.case import Channel, Step
from models.vocabulary.people import Proof, Role
from tasks.casework.drafts import Person, Registration, register_now
from tasks.decide import decide
from tasks.forms.typed_number import take_number
from tasks.keeping.database import Database
from tasks.record.act import Act, Arrival, Who, find_actor

SCREENED = {"officer": "Z01", "petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def register_papers(database: Database, papers: range) -> list[str]:
    """Register a paper of an invented person for each number; returns the petitions' numbers."""
    as_of, numbers = now(), []
    for paper in papers:
        given = Registration(
            channel=Channel.LETTER,
            receipt_on=as_of.date(),
            title="反映路灯不亮",
            content="试验内容",
            persons=(Person(name=f"试验{paper}", phone=f"139{paper:08d}"),),
        )
        with database.write() as session:
            act = Act(actor=find_actor(session, Who("Z01", Proof.NONE), roles=(Role.CLERK,), on=as_of.date()), as_of=as_of)
            petition, _ = register_now(session, given, key=f"bench:{paper}", act=act)
            numbers.append(str(petition.number))
    return numbers


def decide_step(database: Database, number: str, step: Step, answer: dict[str, str], *, key: str | None = None) -> datetime:
    """Decide a step in a transaction of its own; returns when."""
    as_of = now()
    with database.write() as session:
        code, fields = take_number(answer)
        decide(session, number, step, fields, Who(code, Proof.CONSOLE), Arrival(as_of, decision_key=key))
    return as_of
