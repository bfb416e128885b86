"""One row of an old ledger: read into a paper to be registered, or refused with what to correct."""

import json
import re
import unicodedata
from datetime import date
from typing import Any, TypeVar

from models.vocabulary.case import Channel, Flag, PetitionClass, Source
from models.vocabulary.labelled import Labelled
from models.vocabulary.people import PartyRole
from rules.errors import CaseworkError
from rules.identity import id_number_warning
from rules.normal_form import id_form, name_form, phone_form
from tasks.casework.drafts import NO_CONTENT, Person, Registration
from tasks.forms.base import read_list
from tasks.ledger.cells import ROUNDED
from tasks.ledger.columns import Cell, Columns, LedgerRow
from tasks.ledger.words import (
    CHANNELS,
    CLASSES,
    OPEN_CLASSES,
    SAYS_MORE,
    SOURCES,
    means_nothing,
    read_day,
    share_out,
    split_names,
)

Word = TypeVar("Word", bound=Labelled)

NOTES = "\n〔原台账记载〕"
EARLIEST = date(1949, 10, 1)
MOST_PEOPLE = 1_000_000
SHORTEST_PAPER = 8
"""Characters that the number of a paper has at least; shorter pieces between blanks are parts of one."""


class RowError(CaseworkError):
    """A row cannot be registered; the message names the columns and what to do."""


def to_registration(row: LedgerRow, columns: Columns, *, today: date) -> Registration:
    """Read a row as a paper of earlier years (历史件); raises ``RowError`` with everything that is wrong with it."""
    reader = RowReader(row, columns, today)
    paper = reader.paper()
    if reader.problems:
        raise RowError("；".join(reader.problems))
    return paper


def row_warnings(paper: Registration) -> list[str]:
    """Say what looks wrong about a paper that is registered all the same."""
    found = [id_number_warning(one) for person in paper.persons for one in read_list(person.id_number)]
    return [warning for warning in dict.fromkeys(found) if warning]


def fingerprint(paper: Registration) -> str:
    """Write down what a row says, however the file wrote it.

    Where the row stands and which further columns were kept as notes do not count, so that a second run with a
    better column file still knows the row. Everything that tells two papers apart does: whom they are about and to,
    under which number they came, where and how.
    """
    people = [[name_form(p.name), id_form(p.id_number), phone_form(p.phone), p.address, p.email] for p in paper.persons]
    dates = [day.isoformat() if day else "" for day in (paper.postmark_on, paper.upstream_due_on)]
    apart = (paper.accused, paper.accused_unit, paper.upstream_number, paper.addressee, paper.place)
    return _compact([*_said(paper), paper.visitor_count, people, dates, *apart])


def former_fingerprint(paper: Registration) -> str:
    """What stood for a row before the details counted, by which rows of earlier imports are still known."""
    return _compact([*_said(paper), [[p.name, p.id_number, p.phone, p.address] for p in paper.persons]])


def _said(paper: Registration) -> list[Any]:
    content = paper.content.partition(NOTES)[0].removeprefix(NO_CONTENT)
    return [paper.receipt_on.isoformat(), paper.channel.value, paper.title, content, paper.people_count]


def _compact(said: list[Any]) -> str:
    return "".join(unicodedata.normalize("NFKC", json.dumps(said, ensure_ascii=False)).split()).upper()


class RowReader:
    """Reads the fields of one row and collects what is wrong, so that a clerk corrects a row once."""

    def __init__(self, row: LedgerRow, columns: Columns, today: date) -> None:
        """Take a row, what its columns mean, and the day it is read on."""
        self._row, self._columns, self._today = row, columns, today
        self.problems: list[str] = []

    def paper(self) -> Registration:
        """Read the whole row; it is of no use when ``problems`` were found."""
        receipt_on = self._receipt()
        channel = self._channel()
        petition_class = self._class()
        persons, named = self._persons()
        content, notes = self._text("content"), self._notes(receipt_on, petition_class)
        return Registration(
            channel=channel or Channel.LETTER,
            receipt_on=receipt_on or self._today,
            title=self._text("title"),
            content=_with_notes(content, notes),
            persons=persons,
            source=self._coded("source", Source, SOURCES) or Source.SELF,
            postmark_on=self._day("postmark_on"),
            people_count=max(self._count("people_count"), named),
            visitor_count=self._count("visitor_count"),
            place=self._text("place"),
            addressee=self._text("addressee"),
            accused=self._text("accused"),
            accused_unit=self._text("accused_unit"),
            upstream_number=self._number("upstream_number"),
            upstream_due_on=self._day("upstream_due_on", past=False),
            legacy_number=self._number("legacy_number"),
            petition_class=petition_class,
            content_code=self._text("content_code"),
            flags=self._flags() | ({Flag.HISTORIC} if content else {Flag.HISTORIC, Flag.UNCLEAR}),
        )

    def _cell(self, name: str) -> Cell:
        return self._columns.cell(self._row, name)

    def _text(self, name: str) -> str:
        text = self._cell(name).text
        return "" if means_nothing(text) else text

    def _number(self, name: str) -> str:
        """Read a number that is a name: as written, unless a spreadsheet has rounded it."""
        head, text = self._cell(name).head, self._text(name)
        if any(ROUNDED.fullmatch(part) for part in text.split()):
            self.problems.append(f"“{head}”的“{text}”已被 Excel 改写，请按原件补填，并把该列设为文本格式")
            return ""
        return text

    def _receipt(self) -> date | None:
        name = "receipt_on" if self._text("receipt_on") else "registered_on"
        if not self._text(name):
            self.problems.append(f"“{self._cell('receipt_on').head}”没有写明日期，请按收文章补填，例如 2026-03-02")
            return None
        return self._day(name)

    def _day(self, name: str, *, past: bool = True) -> date | None:
        head, text = self._cell(name).head, self._text(name)
        try:
            day = read_day(text, f"“{head}”的", self._columns.days) if text else None
        except CaseworkError as refused:
            self.problems.append(str(refused))
            return None
        if day and past and day > self._today:
            self.problems.append(f"“{head}”的 {day} 晚于今天，请核对年份")
        elif day and day < EARLIEST:
            self.problems.append(f"“{head}”的 {day} 早于 {EARLIEST.year} 年，请核对年份")
        return day

    def _count(self, name: str) -> int:
        head, text = self._cell(name).head, self._text(name)
        found = re.fullmatch(r"约?(\d{1,9})(?:\.0+)?余?多?[人名位个]?", "".join(unicodedata.normalize("NFKC", text).split()))
        if not text:
            return 0
        if found and name == "people_count" and int(found[1]) < 1:
            self.problems.append(f"“{head}”至少为 1，请核对")
        elif not found or int(found[1]) > MOST_PEOPLE:
            self.problems.append(f"“{head}”的“{text}”不是人数，请填阿拉伯数字，例如 3")
            return 0
        return int(found[1])

    def _coded(self, name: str, kind: type[Word], also: dict[str, Word]) -> Word | None:
        head, text = self._cell(name).head, self._text(name)
        if not text:
            return None
        word = "".join(unicodedata.normalize("NFKC", self._columns.meant(name, text)).split()).lower()
        try:
            return also.get(word) or also.get(word.removesuffix("类")) or kind.read(word.removesuffix("类"))
        except ValueError:
            choices = "、".join(member.label for member in kind)
            self.problems.append(f"“{head}”的“{text}”不认识，请改为{choices}之一")
            return None

    def _channel(self) -> Channel | None:
        if not self._text("channel"):
            self.problems.append(f"“{self._cell('channel').head}”没有填写，请填来信、来访、来电或网上")
        return self._coded("channel", Channel, CHANNELS)

    def _class(self) -> PetitionClass | None:
        text = self._columns.meant("petition_class", self._text("petition_class"))
        return None if text.removesuffix("类") in OPEN_CLASSES else self._coded("petition_class", PetitionClass, CLASSES)

    def _flags(self) -> frozenset[Flag]:
        try:
            return frozenset(Flag.read(word) for word in read_list(self._text("flags")))
        except ValueError as error:
            self.problems.append(f"“{self._cell('flags').head}”一列：{error}")
            return frozenset()

    def _persons(self) -> tuple[tuple[Person, ...], int]:
        """Read the people and how many the name column speaks of (张某某等16人)."""
        try:
            names, told = split_names(self._cell("name").text)
        except CaseworkError as refused:
            self.problems.append(f"“{self._cell('name').head}”的{refused}")
            return (), 1
        size = max(len(names), 1)
        numbers, phones = (share_out(self._number(name), size) for name in ("id_number", "phone"))
        lead = {"address": self._text("address"), "email": self._text("email")}
        people = tuple(
            Person(
                name=names[at] if names else "",
                id_number=_joined(numbers[at]),
                phone=phones[at],
                role=PartyRole.CO_SIGNER if at else PartyRole.LEAD,
                **({} if at else lead),
            )
            for at in range(size)
        )
        known = names or any((numbers[0], phones[0], *lead.values()))
        return people if known else (), max(told, size)

    def _notes(self, receipt_on: date | None, petition_class: PetitionClass | None) -> list[str]:
        """Keep what our fields have no place for: closing date, units, results, second dates."""
        closed = self._text("closed_on")
        if any(c.isdigit() for c in closed):
            day = self._day("closed_on")
            if day and receipt_on and day < receipt_on <= self._today:
                self.problems.append(f"“{self._cell('closed_on').head}”的 {day} 早于收信日期 {receipt_on}，请核对")
        kept = [self._cell("note"), self._cell("closed_on")]
        if self._text("receipt_on"):
            kept.append(self._cell("registered_on"))
        if petition_class is None:
            kept.append(self._cell("petition_class"))
        if self._text("channel") in SAYS_MORE:
            kept.append(self._cell("channel"))
        kept += [cell for name in self._columns.heads if name for cell in self._columns.rest(self._row, name)]
        return [f"{cell.head}：{cell.text}" for cell in kept if not means_nothing(cell.text)]


def _joined(number: str) -> str:
    """Take the blanks out of one number; several whole numbers stay apart."""
    parts = number.split()
    return "、".join(parts) if len(parts) > 1 and all(len(part) >= SHORTEST_PAPER for part in parts) else "".join(parts)


def _with_notes(content: str, notes: list[str]) -> str:
    return f"{content or NO_CONTENT}{NOTES}{'；'.join(notes)}" if notes else content
