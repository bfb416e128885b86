"""The file of rejected rows: for Excel, to be corrected and imported again."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.ledger.cells import guarded
from tasks.ledger.columns import LedgerRow
from tasks.ledger.sheet import REPORT_HEADS


@dataclass(frozen=True)
class Reject:
    """A row that was not registered, why, and what it says beyond its heads."""

    row_number: int
    row: LedgerRow
    reason: str
    beyond: tuple[str, ...] = ()


def write_rejects(path: Path, heads: Sequence[str], rejects: Iterable[Reject]) -> Path | None:
    """Write rejected rows for Excel, readable by their owner only; no cell, head or reason is a formula there.

    An earlier file that says something else may hold corrections: it is set aside and its new name returned.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*map(guarded, heads), *REPORT_HEADS])
    for reject in rejects:
        row = [guarded(reject.row.get(head, "")) for head in heads]
        writer.writerow([*row, reject.row_number, guarded(_why(reject))])
    content = buffer.getvalue().encode("utf-8-sig", errors="replace")
    aside = path.with_name(f"{path.name}.bak") if path.exists() and path.read_bytes() != content else None
    if aside:
        os.replace(path, aside)
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(part, path)
    return aside


def _why(reject: Reject) -> str:
    """The reason; cells that no head covers are kept in it, for they may belong to somebody."""
    kept = " | ".join(cell for cell in reject.beyond if cell)
    return f"{reject.reason}（表头以外的格子：{kept}）" if kept else reject.reason
