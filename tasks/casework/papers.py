"""Attachments: papers sealed beside the database, known by what they contain."""

import hashlib
import mimetypes
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlmodel import select

from models.attachment import Attachment
from models.vocabulary.case import Event
from models.vocabulary.papers import AttachmentKind
from rules.errors import UnknownCaseError
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.transitions import Change, advance


def add_paper(case: Case, path: Path, *, kind: AttachmentKind, act: Act, is_original: bool = False) -> Attachment:
    """Put a paper on file; the same content is kept once a petition. Raises ``UnknownCaseError`` for an unreadable file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnknownCaseError(f"文件 {path.name} 无法读取") from error
    session, petition = case.session, case.petition
    digest = hashlib.sha256(content).hexdigest()
    known = session.exec(select(Attachment).where(Attachment.petition_id == petition.id, Attachment.sha256 == digest)).first()
    if known is not None:
        return known
    _store(stored_at(digest), vault().seal_bytes(content))
    paper = Attachment(
        petition_id=petition.id,
        kind=kind,
        name_sealed=vault().seal(path.name),
        size=len(content),
        sha256=digest,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        is_original=is_original,
        added_at=act.as_of,
    )
    session.add(paper)
    record = {"kind": kind.value, "sha256": digest, "size": len(content)}
    advance(case.whole, Change(Event.ANNOTATE, asked={"reason": kind.label}, record=record), act)
    return paper


def _store(place: Path, sealed: bytes) -> None:
    """Put a sealed paper in its place whole: a reader, a backup for one, never meets half of it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, place)


def read_paper(paper: Attachment) -> bytes:
    """Open a paper and check that it is the one that was put on file; for ``xinfang paper`` (issue 13) and the desk (issue 14).

    Raises ``UnknownCaseError`` when its file is gone or holds something else.
    """
    try:
        content = vault().open_bytes(stored_at(paper.sha256).read_bytes())
    except OSError as error:
        raise UnknownCaseError(f"附件 {paper.sha256[:12]} 的文件不在了，请从备份恢复") from error
    if hashlib.sha256(content).hexdigest() != paper.sha256:
        raise UnknownCaseError(f"附件 {paper.sha256[:12]} 的内容已被改动")
    return content


def stored_at(digest: str) -> Path:
    """Where a paper lies: two letters of its digest, then the digest."""
    return settings().home / "papers" / digest[:2] / digest
