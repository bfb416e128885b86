"""One petition's whole life through the one door, as benchmarks walk it: eleven operations, a transaction or more each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from models.vocabulary.case import State, Step
from models.vocabulary.people import Proof
from rules.zone import SHANGHAI
from tasks.casework.duplicates import check_duplicates
from tasks.decide import decide
from tasks.keeping.database import Database
from tasks.reading.searching import Wanted, search
from tasks.record.act import SYSTEM, Act, Arrival, Who
from tasks.record.cases import lock_case
from tasks.submit import put_on_file, read_intake, try_to_register

CLERK, DIRECTOR, VICE_CHAIR, ARCHIVIST = "Z01", "D01", "F01", "A01"
EXAMINER = "Z02"
UNITS = ("SFB", "SZY", "SGA", "SNY", "SZJ", "SRS", "SZG")
"""Units of the demonstration's roster, each with a liaison named after it."""

NAMES = 50_000
"""How many names there are among the invented people: in a million petitions twenty share each."""

FAMILY_NAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
CONTENT = "反映所住小区电梯自去年冬天停用至今，物业公司多次答应维修而未落实，老人上下楼困难，请求督促有关部门处理。" * 3
REPORT = "经核查，电梯因制动器磨损停用。已责令物业公司依合同维修，并由街道督促落实，电梯已恢复运行，已当面答复信访人。" * 3


class LifeError(Exception):
    """A life did not end as it must; the message names the operation, never a person."""


def at(day: int, hour: int) -> datetime:
    """An instant in March 2026, Shanghai time: lives are dated, so that every one of them counts the same days."""
    return datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Person:
    """An invented petitioner, nobody else's double."""

    name: str
    phone: str
    id_number: str


def person(seed: int) -> Person:
    """Invent the petitioner of a life; a seed gives the same person again."""
    called = seed % NAMES
    name = f"{FAMILY_NAMES[called % len(FAMILY_NAMES)]}测试{called}"
    return Person(name=name, phone=f"1{seed % 10**10:010d}", id_number=f"{seed % 10**18:018d}")


@dataclass
class Life:
    """One life while it is walked: the operations' milliseconds, and the number once it has one."""

    database: Database
    seed: int
    key: str
    times: dict[str, float] = field(default_factory=dict)
    number: str = ""

    @property
    def unit(self) -> str:
        """The unit that handles the matter."""
        return UNITS[self.seed % len(UNITS)]

    @contextmanager
    def timed(self, operation: str) -> Iterator[None]:
        """Note how long an operation took."""
        began = perf_counter()
        yield
        self.times[operation] = (perf_counter() - began) * 1000

    def decide(self, step: Step, officer: str, as_of: datetime, *, share: bool = False, **answer: Any) -> None:
        """Answer one step as its form would, in a transaction of its own."""
        subject = f"{self.number}/1" if share else self.number
        with self.timed(step.value), self.database.write() as session:
            key = f"{self.key}:{step.value}"
            if not decide(session, subject, step, answer, Who(officer, Proof.NONE), Arrival(as_of, decision_key=key)):
                raise LifeError(f"{step.value} had been decided before")


def register(life: Life) -> None:
    """Put a paper on file, register it, and look for earlier ones: what the intake run does."""
    invented = person(life.seed)
    given = {
        "channel": "来信",
        "receipt_on": "2026-03-02",
        "title": "反映小区电梯停用问题",
        "content": CONTENT,
        "name": invented.name,
        "phone": invented.phone,
        "id_number": invented.id_number,
        "address": "某区某路一号",
        "place": "某区",
    }
    with life.timed("register"):
        who = Who(CLERK, Proof.NONE)
        form, problem = read_intake(given, who, today=at(2, 9).date())
        draft = put_on_file(form, who, key=life.key, as_of=at(2, 9), problem=problem)
        life.number = try_to_register(draft, form, who, as_of=at(2, 9)) or ""
        if not life.number:
            raise LifeError("registering was refused")
    with life.timed("duplicates"), life.database.write() as session:
        check_duplicates(lock_case(session, life.number), act=Act(actor=SYSTEM, as_of=at(2, 9)))


def assign(life: Life) -> None:
    """Screen, propose and approve: the letters go out with the approval."""
    life.decide(Step.SCREEN, CLERK, at(2, 10), petition_class="申诉求决", content_code="城乡建设/物业服务", place="某区")
    life.decide(Step.PROPOSE, CLERK, at(2, 11), way="交办", lead=life.unit, opinion="建议交有关单位办理")
    life.decide(Step.APPROVE, VICE_CHAIR, at(3, 9), choice="同意", opinion="同意")


def handle(life: Life) -> None:
    """Sign in and report for the unit, examine for the office."""
    life.decide(Step.SIGN_IN, f"L-{life.unit}", at(4, 9), share=True)
    life.decide(Step.REPORT, f"L-{life.unit}", at(17, 9), share=True, text=REPORT, told="已电话告知信访人")
    life.decide(Step.EXAMINE, EXAMINER, at(18, 9), share=True, choice="审核通过", reason="六项均符合")


def end(life: Life) -> None:
    """Deliver the answer and close the petition."""
    life.decide(Step.DELIVER, CLERK, at(19, 9), delivered_on="2026-03-19", summary="电梯已恢复运行")
    life.decide(Step.CLOSE, DIRECTOR, at(20, 9), choice="同意结案", opinion="同意结案")


def look_up(life: Life) -> None:
    """Search as a clerk does, by number, by person and by unit; a life that is not found closed is refused."""
    invented, today = person(life.seed), at(20, 9).date()
    searches = {
        "number": Wanted(number=life.number),
        "person": Wanted(name=invented.name, phone=invented.phone),
        "unit": Wanted(unit=life.unit, state=State.DONE),
    }
    for name, wanted in searches.items():
        with life.timed(f"search by {name}"), life.database.read() as session:
            found = search(session, wanted, today=today)
        if not found.rows or any(row["state"] != State.DONE.value for row in found.rows):
            raise LifeError(f"the search by {name} does not find the petition closed")
        if name != "unit" and [row["number"] for row in found.rows] != [life.number]:
            raise LifeError(f"the search by {name} finds another petition")


STAGES: tuple[Callable[[Life], None], ...] = (register, assign, handle, end, look_up)


def walk(database: Database, seed: int, *, key: str) -> Life:
    """Walk one life from its registration to the search that finds it closed; raises ``LifeError`` when it breaks."""
    life = Life(database, seed, key)
    for stage in STAGES:
        stage(life)
    return life
