"""Papers: sealed on disk, kept once, and told apart from forged ones."""

from pathlib import Path

import pytest
from sqlmodel import select

from models.attachment import Attachment
from models.vocabulary.papers import AttachmentKind
from rules.errors import CaseworkError
from tasks.casework.papers import add_paper, read_paper, stored_at
from tasks.record.cases import lock_case
from trials.harness.office import MONDAY, Office


def paper_on_file(office: Office, number: str, path: Path) -> Attachment:
    with office.database.write() as session:
        return add_paper(lock_case(session, number), path, kind=AttachmentKind.PHOTO, act=office.act(session, "Z01", MONDAY))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "现场.jpg"
    path.write_bytes(b"\xff\xd8 a picture")
    return path


def test_a_paper_comes_back_as_it_went_in(office: Office, photo: Path) -> None:
    paper = paper_on_file(office, office.register(), photo)
    assert read_paper(paper) == photo.read_bytes()
    assert photo.read_bytes() not in stored_at(paper.sha256).read_bytes()


def test_the_same_paper_is_kept_once(office: Office, photo: Path) -> None:
    number = office.register()
    first, second = paper_on_file(office, number, photo), paper_on_file(office, number, photo)
    assert first.id == second.id
    with office.database.read() as session:
        assert len(session.exec(select(Attachment)).all()) == 1


def test_a_paper_that_was_swapped_or_lost_is_refused(office: Office, photo: Path) -> None:
    paper = paper_on_file(office, office.register(), photo)
    stored_at(paper.sha256).unlink()
    with pytest.raises(CaseworkError, match="不在了"):
        read_paper(paper)


def test_an_unreadable_file_is_refused_in_chinese(office: Office, tmp_path: Path) -> None:
    with pytest.raises(CaseworkError, match="无法读取"):
        paper_on_file(office, office.register(), tmp_path / "没有.pdf")
