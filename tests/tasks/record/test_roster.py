"""The roster: organs and officers are added and updated, never deleted, and a bad file loads nothing."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import func, select

from models.officer import Officer, OfficerRole
from models.organ import Organ
from models.vocabulary.people import Role
from tasks.keeping.database import Database
from tasks.record.roster import RosterError, load_roster

ORGAN = '[[organ]]\ncode = "SJT"\nname = "市交通局"\nkind = "bureau"\n'
OFFICER = '[[officer]]\ncode = "Z07"\nname = "接访员"\norgan = "SJT"\nroles = ["clerk", "archivist"]\n'


def load(casework: Database, tmp_path: Path, content: str | bytes) -> tuple[int, int]:
    path = tmp_path / "roster.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with casework.write() as session:
        return load_roster(session, path)


def organ(casework: Database, code: str) -> Organ:
    with casework.read() as session:
        return session.exec(select(Organ).where(Organ.code == code)).one()


def test_a_roster_is_loaded_and_counted(casework: Database, tmp_path: Path) -> None:
    assert load(casework, tmp_path, ORGAN + OFFICER) == (1, 1)
    with casework.read() as session:
        assert set(session.exec(select(OfficerRole.role))) == {Role.CLERK, Role.ARCHIVIST}


def test_loading_again_updates_and_deletes_nobody(casework: Database, tmp_path: Path) -> None:
    load(casework, tmp_path, ORGAN + OFFICER)
    load(casework, tmp_path, ORGAN.replace("市交通局", "市交通运输局"))
    load(casework, tmp_path, ORGAN + OFFICER.replace('["clerk", "archivist"]', '["director"]') + "active_until = 2026-03-01\n")
    with casework.read() as session:
        officer = session.exec(select(Officer)).one()
        roles = set(session.exec(select(OfficerRole.role)))
        organs = session.exec(select(func.count()).select_from(Organ)).one()
    assert (officer.active_until, roles, organs) == (date(2026, 3, 1), {Role.DIRECTOR}, 1)


def test_organs_may_be_linked_in_any_order(casework: Database, tmp_path: Path) -> None:
    load(casework, tmp_path, ORGAN + 'successor = "SCJ"\n' + ORGAN.replace("SJT", "SCJ").replace("交通", "城建"))
    assert organ(casework, "SJT").successor_id == organ(casework, "SCJ").id


def test_a_link_that_left_the_file_is_gone(casework: Database, tmp_path: Path) -> None:
    other = ORGAN.replace("SJT", "SCJ").replace("交通", "城建")
    load(casework, tmp_path, ORGAN + 'successor = "SCJ"\n' + other)
    load(casework, tmp_path, ORGAN + other)
    assert organ(casework, "SJT").successor_id is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[[organ]\n", id="no TOML"),
        pytest.param("市交通局".encode("gbk"), id="not UTF-8"),
        pytest.param(ORGAN + ORGAN.replace('name = "市交通局"\n', "").replace("SJT", "X"), id="organ without name"),
        pytest.param(ORGAN.replace('code = "SJT"\n', ""), id="organ without code"),
        pytest.param(ORGAN.replace("bureau", "ministry"), id="unknown kind"),
        pytest.param(ORGAN + 'parent = "NIX"\n', id="unknown parent"),
        pytest.param(ORGAN + 'valid_from = "二〇二〇年"\n', id="validity in words"),
        pytest.param(ORGAN + OFFICER.replace('code = "Z07"\n', ""), id="officer without code"),
        pytest.param(ORGAN + OFFICER.replace('organ = "SJT"', 'organ = "NIX"'), id="officer of an unknown organ"),
        pytest.param(ORGAN + OFFICER.replace("archivist", "boss"), id="unknown role"),
        pytest.param(ORGAN + OFFICER.replace('roles = ["clerk", "archivist"]\n', ""), id="officer without roles"),
        pytest.param(ORGAN.replace("[[organ]]", "[organ]"), id="a table instead of rows"),
    ],
)
def test_a_bad_file_is_refused_in_chinese_and_loads_nothing(casework: Database, tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(RosterError, match="名册"):
        load(casework, tmp_path, content)
    with casework.read() as session:
        assert session.exec(select(func.count()).select_from(Organ)).one() == 0


def test_a_missing_file_is_refused(casework: Database, tmp_path: Path) -> None:
    with casework.write() as session, pytest.raises(RosterError, match="无法读取"):
        load_roster(session, tmp_path / "nothing.toml")
