"""A paper brought back in clear, checked against its hash, for somebody known who says why."""

from dataclasses import dataclass
from datetime import datetime

from rules.access import TextKind
from rules.errors import UnknownCaseError
from tasks.casework.looks import note_look
from tasks.casework.papers import read_paper
from tasks.keeping.vault import vault
from tasks.reading.admission import Admitted, Request, admit
from tasks.reading.whole_case import papers_of

PAPERS = frozenset({TextKind.PAPERS})


@dataclass(frozen=True, kw_only=True)
class ClearPaper:
    """One paper of a case file: what it is, as it was called, and what is in it."""

    kind: str
    name: str
    sha256: str
    content: bytes


def bring_back(request: Request, *, as_of: datetime) -> ClearPaper:
    """Open the paper with the request's number; the look stands on record first.

    Raises ``UnknownCaseError`` for a case or a paper that is not there, not to be seen, or not what was put on file.
    """
    return admit(request, PAPERS, lambda admitted: _open(admitted, request.paper or 0), as_of=as_of)


def _open(admitted: Admitted, number: int) -> ClearPaper:
    there = papers_of(admitted)
    if number not in there:
        known = f"共 {len(there)} 份附件" if there else "没有附件"
        raise UnknownCaseError(f"{admitted.case.subject} 没有第 {number} 份附件（{known}）")
    paper = there[number]
    note_look(admitted.case, admitted.act, reason=admitted.reason, kinds=PAPERS, paper=number)
    return ClearPaper(kind=paper.kind.label, name=vault().open(paper.name_sealed), sha256=paper.sha256, content=read_paper(paper))
