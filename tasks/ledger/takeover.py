"""Importing an office's old ledger: good rows are registered, bad ones handed back, none twice."""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, select

from models.petition import Petition
from rules.errors import CaseworkError
from rules.normal_form import plain_form
from tasks.casework.drafts import Registration, register_now
from tasks.keeping.database import Database
from tasks.keeping.vault import vault
from tasks.ledger.columns import Columns, LedgerError, sort_heads
from tasks.ledger.file import Ledger, Reject, read_ledger, read_rows, write_rejects
from tasks.ledger.row import RowError, fingerprint, former_fingerprint, row_warnings, to_registration
from tasks.ledger.sheet import Line, Table
from tasks.ledger.words import DayStyle
from tasks.record.act import Act

BATCH = 50
"""Rows in one transaction: few enough that other writers wait about a second at most."""

NO_TITLE = "（未写标题）"

ImportProgress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of a ledger; registered, known and rejected rows add up to ``lines``, the filled rows of the file."""

    lines: int
    registered: int
    known: int
    rejected: int
    rejects: tuple[Reject, ...]
    warnings: tuple[str, ...]
    known_rows: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    rejects_path: Path | None


class _DryRunError(Exception):
    """Ends a transaction of a trial so that nothing of it stays."""


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """How a ledger is to be read: the file that names its columns, where bad rows go (beside it when not given), a trial only.

    ``sheet`` is the one sheet to read, hidden or not; ``day_order`` is how days in figures are written.
    """

    columns: Path | None = None
    rejects: Path | None = None
    dry_run: bool = False
    sheet: str = ""
    day_order: str = "年月日"


def import_ledger(
    database: Database, path: Path, plan: ImportPlan, *, act: Act, progress: ImportProgress = lambda _done, _total: None
) -> ImportReport:
    """Register the rows of a ledger, batch by batch; a second run goes on where an interrupted one stopped.

    Bad rows are written out for correction, also when the import is interrupted.
    Raises ``LedgerError`` before anything is registered when the file as a whole cannot be used.
    """
    ledger = read_ledger(path, plan.sheet)
    days = DayStyle(zero=ledger.day_zero, order=plan.day_order)
    sorted_heads = replace(sort_heads(ledger.heads, plan.columns), days=days)
    target = _rejects_path(path, plan.rejects)
    run = _Import(database, sorted_heads, act, dry_run=plan.dry_run)
    try:
        run.rows(ledger, progress)
    finally:
        aside = _hand_back(target, ledger, run.rejects)
    return ImportReport(
        lines=ledger.size,
        registered=run.registered,
        known=run.known,
        rejected=len(run.rejects),
        rejects=tuple(run.rejects),
        warnings=(*_about_file(ledger, sorted_heads, aside), *run.warnings),
        known_rows=tuple(run.known_rows),
        unknown_columns=tuple(head for head in sorted_heads.unknown if head in run.filled),
        rejects_path=target if run.rejects else None,
    )


def row_key(paper: Registration) -> str:
    """The key under which a row is registered once: the office's own number, or else what the row says.

    What it says goes through the vault's keyed hash, so that nobody can try names against the key.
    """
    if paper.legacy_number:
        number = plain_form(paper.legacy_number)
        return f"ledger:{hashlib.sha256(number.encode()).hexdigest()}"
    return f"ledger:{vault().digest(fingerprint(paper))}"


LedgerLine = tuple[str, Table, Line]


class _Import:
    """One run over the rows of a ledger."""

    def __init__(self, database: Database, columns: Columns, act: Act, *, dry_run: bool) -> None:
        self._database, self._columns, self._act, self._dry_run = database, columns, act, dry_run
        self._seen: dict[str, tuple[str, str]] = {}
        self._unknown = frozenset(columns.unknown)
        self.filled: set[str] = set()
        self.registered = self.known = 0
        self.rejects: list[Reject] = []
        self.warnings: list[str] = []
        self.known_rows: list[str] = []
        """Every row that an earlier import registered, with the number of its petition."""

    def rows(self, ledger: Ledger, progress: ImportProgress) -> None:
        """Take all rows, a batch in a transaction."""
        progress(0, ledger.size)
        places, done = ledger.places(), 0
        while batch := list(islice(places, BATCH)):
            with suppress(_DryRunError), self._database.write() as session:
                for place in batch:
                    self._row(session, place)
                    done += 1
                    progress(done, ledger.size)
                if self._dry_run:
                    raise _DryRunError

    def _row(self, session: Session, place: LedgerLine) -> None:
        sheet, table, line = place
        row = table.row(line)
        self.filled |= {head for head in self._unknown - self.filled if row.get(head)}
        where = f"工作表“{sheet}”第 {line.number} 行" if sheet else f"第 {line.number} 行"
        try:
            if line.fault:
                raise RowError(line.fault)
            paper = to_registration(row, self._columns, today=self._act.today)
            is_new = not self._came_before(paper, where) and self._register(session, paper, where)
        except CaseworkError as refused:
            reason = f"工作表“{sheet}”：{refused}" if sheet else str(refused)
            self.rejects.append(Reject(line.number, row, reason, line.cells[len(table.heads) :] if line.fault else ()))
            return
        self.registered += is_new
        self.known += not is_new
        self._seen.setdefault(row_key(paper), (where, fingerprint(paper)))
        found = [*row_warnings(paper), line.remark] if is_new else []
        self.warnings += [f"{where}：{warning}" for warning in found if warning]

    def _came_before(self, paper: Registration, where: str) -> bool:
        earlier, said = self._seen.get(row_key(paper), ("", ""))
        if not earlier:
            return False
        if said != fingerprint(paper):
            raise RowError(f"“{self._number_head()}”与{earlier}相同而内容不同，请核对编号")
        self.warnings.append(f"{where}：重复行，与{earlier}相同，未再登记")
        return True

    def _register(self, session: Session, paper: Registration, where: str) -> bool:
        try:
            petition, is_new = self._in_savepoint(session, paper)
        except IntegrityError:  # another import registered the same row a moment ago
            petition, is_new = self._in_savepoint(session, paper)
        except DataError as error:
            raise RowError("这一行有数据库存不下的内容，请核对数字和日期") from error
        if not is_new and paper.legacy_number and _differs(petition, paper):
            raise RowError(
                f"“{self._number_head()}”已用于 {petition.number}（{petition.channel.label}，收信日期 {petition.receipt_on}），"
                "与本行不是同一件，请核对编号；编号每年重编的，请在前面加年份"
            )
        if not is_new:
            self.known_rows.append(f"{where}：以前已登记为 {petition.number or '草稿'}，未再登记")
        return is_new

    def _in_savepoint(self, session: Session, paper: Registration) -> tuple[Petition, bool]:
        if (former := self._former(session, paper)) is not None:
            return former, False
        with session.begin_nested():
            return register_now(session, paper, key=row_key(paper), act=self._act)

    def _former(self, session: Session, paper: Registration) -> Petition | None:
        """The petition that an import of an earlier version made of the same row, when there was one and no detail differs."""
        if not paper.legacy_number:
            key = f"ledger:{vault().digest(former_fingerprint(paper))}"
            petition = session.exec(select(Petition).where(Petition.intake_key == key)).first()
            if petition is not None and not details_differ(petition, paper):
                return petition
        return None

    def _number_head(self) -> str:
        return self._columns.cell({}, "legacy_number").head


def _differs(petition: Petition, paper: Registration) -> bool:
    titles = {petition.title, paper.title.strip() or NO_TITLE} - {NO_TITLE}
    return (petition.receipt_on, petition.channel) != (paper.receipt_on, paper.channel) or len(titles) > 1


def details_differ(petition: Petition, paper: Registration) -> bool:
    """Say whether a petition and a row with the same day, people and content are two papers all the same."""
    accused = vault().open(petition.accused_sealed) if petition.accused_sealed else ""
    kept = (accused, petition.upstream_number, petition.addressee, petition.place, petition.postmark_on)
    said = (paper.accused, paper.upstream_number, paper.addressee, paper.place, paper.postmark_on)
    return [plain_form(str(one or "")) for one in kept] != [plain_form(str(one or "")) for one in said]


def _rejects_path(path: Path, chosen: Path | None) -> Path:
    target = chosen or path.with_name(f"{path.stem}.rejects.csv")
    if target.resolve() == path.resolve():
        raise LedgerError("退回行文件不能与台账是同一个文件，请另指定 --rejects")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK) or target.is_dir():
        raise LedgerError(f"退回行文件 {target} 写不进去，请用 --rejects 指定一个可写的位置")
    return target


def _hand_back(target: Path, ledger: Ledger, rejects: Sequence[Reject]) -> Path | None:
    if not rejects:
        return None
    try:
        return write_rejects(target, ledger.heads, rejects)
    except OSError as error:
        raise LedgerError(f"退回行文件 {target} 写不进去，请关闭正在打开它的程序再运行一次；已登记的不受影响") from error


def _about_file(ledger: Ledger, columns: Columns, aside: Path | None) -> list[str]:
    found = []
    if ledger.other_sheets:
        found.append(f"只读了第一个有内容的工作表和表头与它相同的，未读：{'、'.join(ledger.other_sheets)}（可用 --sheet 指明）")
    if ledger.hidden_sheets:
        found.append(f"隐藏的工作表不读：{'、'.join(ledger.hidden_sheets)}（要读请用 --sheet 指明）")
    found += [_about_titles(table, len(ledger.tables)) for table in ledger.tables if table.above]
    if columns.missing:
        found.append(f"列对照文件中的这些列不在台账里：{'、'.join(columns.missing)}")
    if aside:
        found.append(f"原有的退回行文件内容不同，已改名为 {aside.name}")
    return found


def _about_titles(table: Table, tables: int) -> str:
    which = f"工作表“{table.title}”" if tables > 1 else ""
    return f"{which}表头之上有 {table.above} 行标题，未读"


__all__ = ["ImportReport", "LedgerError", "RowError", "import_ledger", "read_rows", "row_key", "to_registration"]
