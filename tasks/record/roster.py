"""The roster: organs and officers, loaded from a TOML file as often as it changes."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, delete, select

from models.officer import Officer, OfficerRole
from models.organ import Organ
from models.vocabulary.people import OrganKind, Role
from rules.errors import CaseworkError

RosterRow = dict[str, Any]


class RosterError(CaseworkError):
    """A roster file cannot be taken as it is; nothing of it was loaded."""


def load_roster(session: Session, path: Path) -> tuple[int, int]:
    """Add or update the organs and officers of a file; returns how many of each it names. Nobody is deleted."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RosterError(f"名册 {path.name} 无法读取，须为 UTF-8 的 TOML 文件：{error}") from error
    organs, officers = _rows(found, "organ", path.name), _rows(found, "officer", path.name)
    for row in organs:
        _save_organ(session, row, path.name)
    session.flush()
    for row in organs:
        _link_organ(session, row)
    for row in officers:
        _save_officer(session, row, path.name)
    return len(organs), len(officers)


def _rows(found: RosterRow, name: str, file: str) -> list[RosterRow]:
    rows = found.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) and str(row.get("code", "")).strip() for row in rows):
        raise RosterError(f"名册 {file} 中的 [[{name}]] 须逐个列出，并各有代码 code")
    for row in rows:
        for field in ("valid_from", "valid_until", "active_from", "active_until"):
            if field in row and not isinstance(row[field], date):
                raise RosterError(f"名册 {file} 中 {row['code']} 的 {field} 不是日期，请写成 2026-03-02（不加引号）")
    return list(rows)


def _save_organ(session: Session, row: RosterRow, file: str) -> None:
    try:
        values = {
            "name": row["name"],
            "kind": OrganKind(row["kind"]),
            "district": row.get("district"),
            "valid_from": row.get("valid_from", date(1949, 10, 1)),
            "valid_until": row.get("valid_until"),
            "address": row.get("address"),
        }
    except (KeyError, ValueError) as error:
        raise RosterError(f"名册 {file} 中单位 {row.get('code', '（无代码）')} 的 {error} 缺少或不正确") from error
    organ = session.exec(select(Organ).where(Organ.code == row["code"])).first() or Organ(code=row["code"], **values)
    for name, value in values.items():
        setattr(organ, name, value)
    session.add(organ)


def _link_organ(session: Session, row: RosterRow) -> None:
    organ = _organ(session, row["code"])
    for field in ("parent", "counterpart", "successor"):
        setattr(organ, f"{field}_id", _organ(session, row[field]).id if row.get(field) else None)


def _organ(session: Session, code: str) -> Organ:
    organ = session.exec(select(Organ).where(Organ.code == code)).first()
    if organ is None:
        raise RosterError(f"名册中没有代码为“{code}”的单位")
    return organ


def _save_officer(session: Session, row: RosterRow, file: str) -> None:
    try:
        values = {
            "name": row["name"],
            "organ_id": _organ(session, row["organ"]).id,
            "active_from": row.get("active_from", date(1949, 10, 1)),
            "active_until": row.get("active_until"),
        }
        roles = [Role(role) for role in row["roles"]]
    except (KeyError, ValueError) as error:
        raise RosterError(f"名册 {file} 中人员 {row.get('code', '（无工号）')} 的 {error} 缺少或不正确") from error
    officer = session.exec(select(Officer).where(Officer.code == row["code"])).first()
    officer = officer or Officer(code=row["code"], **values)
    for name, value in values.items():
        setattr(officer, name, value)
    session.add(officer)
    session.flush()
    session.execute(delete(OfficerRole).where(col(OfficerRole.officer_id) == officer.id))
    session.add_all(OfficerRole(officer_id=officer.id, role=role) for role in roles)
