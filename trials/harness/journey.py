"""A journey: what people do with a petition, turn by turn in the words of their forms, and what they see after each turn."""

import re
from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session, col, select

from models.bookmark import Bookmark
from models.clock import Clock
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Stage, Step
from models.vocabulary.papers import MessageState
from models.vocabulary.people import Proof
from notifications.catalogue import row_for
from notifications.rendering import render
from rules.lifecycle.row import AnyState
from rules.lifecycle.stages import STAGES
from rules.steps import step_of
from rules.zone import SHANGHAI, legal_day
from tasks.casework.awaited import awaited
from tasks.decide import FORMS
from tasks.forms.registration import IntakeForm
from tasks.keeping.vault import vault
from tasks.letters.outbox import anything_due
from tasks.limits.clocks import ON_FOOT
from tasks.reading.casefile import CaseFile, case_file
from tasks.record.act import Who
from tasks.record.cases import dispatches_of, find_petition, subject_of
from tasks.record.verifying import verify
from tasks.submit import put_on_file, read_intake, try_to_register
from tasks.sweeping.sweep import sweep
from trials.harness.office import Office

BRACKETS = re.compile(r"（[^（）]*）")
NIGHT, MORNING = time(0, 5), time(9, 0)


def short(label: str) -> str:
    """A label without what stands in brackets: 分流（转送、交办、自办或告知） is 分流."""
    return BRACKETS.sub("", label)


class Journey:
    """One office on its way through days of 2026; every act goes through the forms, every look through the case file."""

    def __init__(self, office: Office) -> None:
        """Begin in an office where nothing has happened yet."""
        self.office = office
        self.now: datetime = datetime(2026, 1, 1, tzinfo=SHANGHAI)
        self._letters_seen: Counter[str] = Counter()

    def on(self, moment: str) -> "Journey":
        """It is now this moment, such as 2026-03-02 09:00, local time; a journey never goes back."""
        then = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        if then < self.now:
            raise ValueError(f"{moment} lies before {self.now}")
        self.now = then
        return self

    def registers(self, officer: str, **paper: Any) -> str:
        """Hand in the intake form, its fields by their titles; returns the petition's number, or the draft's name."""
        who = Who(officer, Proof.NONE)
        form, problem = read_intake(_named(IntakeForm, paper), who, today=legal_day(self.now))
        self.office.papers += 1
        draft = put_on_file(form, who, key=f"intake:journey:{self.office.papers}", as_of=self.now, problem=problem)
        number = try_to_register(draft, form, who, as_of=self.now)
        if number is not None:
            self.office.look_for_duplicates(number, as_of=self.now)
        return number or draft

    def acts(self, officer: str, subject: str, step: str, **answer: Any) -> None:
        """Answer the form of a step (待甄别), its fields by their titles; refusals are raised in the office's words."""
        chosen = Step.read(step)
        self.office.decide(subject, chosen, officer, as_of=self.now, **_named(FORMS[chosen].form, answer))

    def lives(self, until: str) -> "Journey":
        """Let the days pass: a look at the limits every night, the post every morning."""
        end, day = datetime.fromisoformat(until).replace(tzinfo=SHANGHAI), legal_day(self.now)
        while day <= legal_day(end):
            night, morning = (datetime.combine(day, hour, tzinfo=SHANGHAI) for hour in (NIGHT, MORNING))
            if self.now < night <= end:
                sweep(self.office.database, as_of=night)
            if self.now < morning <= end:
                self._post(morning)
            day += timedelta(days=1)
        return self.on(until)

    def _post(self, morning: datetime) -> None:
        with self.office.database.read() as session:
            due = anything_due(session, as_of=morning)
        if due:
            self.office.send_letters(as_of=morning)

    def sees(self, number: str) -> list[str]:
        """What stands in the case file: where it waits and for whom, each share, each limit on foot, each new letter."""
        file = self._file(number)
        with self.office.database.read() as session:
            petition = find_petition(session, number)
            waits = [self._waits(session, petition, share.state) for share in dispatches_of(session, petition)]
            whole = self._waits(session, petition, petition.state)
        shares = [
            f"{row['序号']} {row['单位']}（{row['角色']}）{wait or row['状态']}"
            for row, wait in zip(file.shares, waits, strict=True)
        ]
        return [f"{petition.state.label}{whole and '，'}{whole}", *shares, *_limits(file), *self._new_letters(number, file)]

    def _waits(self, session: Session, petition: Petition, state: AnyState) -> str:
        """For what a petition or a share in this state waits, and for whom; empty when it needs no person."""
        if (step := step_of(state)) is None:
            return ""
        able = awaited(session, petition, step, today=legal_day(self.now))
        barred = f"（{able.barred} 除外）" if able.barred else ""
        return f"{step.label}：{'、'.join(short(role.label) for role in able.roles)}{barred}"

    def _new_letters(self, number: str, file: CaseFile) -> list[str]:
        new = file.letters[self._letters_seen[number] :]
        self._letters_seen[number] = len(file.letters)
        gone = {state.label for state in MessageState if state not in (MessageState.QUEUED, MessageState.SENT)}
        return [f"函：{row['函件']}→{row['收件']}{'，' + row['状态'] if row['状态'] in gone else ''}" for row in new]

    def passed(self, number: str) -> list[str]:
        """The events of the file in their order, as its timeline names them."""
        return [str(row["事项"]) for row in self._file(number).timeline]

    def reads(self, number: str, name: str) -> str:
        """One line of the file's summary, such as 结论 or 保管期限."""
        return self._file(number).summary[name]

    def _file(self, number: str) -> CaseFile:
        with self.office.database.read() as session:
            return case_file(session, find_petition(session, number), today=legal_day(self.now))

    def written_to(self, number: str, kind: str) -> list[str]:
        """The full text of every letter of a petition to a kind of addressee: petitioner, unit or office."""
        office = [message for message in self.office.letters(number) if row_for(message.letter).addressee == kind]
        texts = [render(message.letter, vault().open_facts(message.facts_sealed)) for message in office]
        return [f"{text.subject}\n{text.text}\n{text.html}" for text in texts]

    def left_undone(self, number: str = "") -> list[str]:
        """What is not over, in the whole office or of one petition: files, limits, letters, runs that wait, faults of the record."""
        with self.office.database.read() as session:
            files = [one for one in session.exec(select(Petition)) if number in ("", one.number)]
            ids = [one.id for one in files]
            clocks = session.exec(select(Clock).where(col(Clock.state).in_(ON_FOOT), col(Clock.petition_id).in_(ids)))
            letters = session.exec(select(OutboxMessage).where(col(OutboxMessage.petition_id).in_(ids)))
            marks = session.exec(select(Bookmark).where(~col(Bookmark.finished), col(Bookmark.subject).startswith(number)))
            return [
                *(f"{subject_of(one)}：{one.state.label}" for one in files if not _over(one)),
                *(f"期限 {one.rule_key}" for one in clocks),
                *(f"函 {one.letter.label}：{one.state.label}" for one in letters if not _gone(one)),
                *(f"流程 {one.subject}" for one in marks),
                *(f"核验 {one.number} {one.problem}" for one in verify(session, vault()).findings if number in ("", one.number)),
            ]


def _named(form: type[BaseModel], answer: dict[str, Any]) -> dict[str, Any]:
    titles = {short(str(field.title)): name for name, field in form.model_fields.items()}
    return {titles[title]: given for title, given in answer.items()}


def _limits(file: CaseFile) -> list[str]:
    on_foot = [row for row in file.clocks if row["余"] == "已中止" or not row["余"].endswith("止")]
    return [f"{short(row['期限'])}{_of(row)} {row['届满']}{_remark(row['余'])}" for row in on_foot]


def _of(row: dict[str, Any]) -> str:
    return f"〔派件{row['派件']}〕" if row["派件"] else ""


def _remark(left: str) -> str:
    return "" if re.fullmatch(r"\d+ 日", left) else f"，{left}"


def _over(petition: Petition) -> bool:
    return STAGES[petition.state] is Stage.CLOSED


def _gone(letter: OutboxMessage) -> bool:
    return letter.state in (MessageState.SENT, MessageState.CANCELLED)
