"""An office that was set up by migrations and has worked for three weeks: something of everything in its database."""

from pathlib import Path

from models.tables import METADATA
from models.vocabulary.papers import AttachmentKind
from tasks.casework.drafts import Person
from tasks.casework.papers import add_paper
from tasks.keeping.database import Database
from tasks.keeping.schema import migrate
from tasks.record.cases import lock_case
from tasks.record.roster import load_roster
from tasks.sweeping.sweep import sweep
from tests.conftest import ROOT
from trials.harness.office import Office, at

ASSIGNED, REGISTERED = "XF-2026-0001", "XF-2026-0002"
LAST_NIGHT = at(25)


def emptied(database: Database) -> Database:
    """Leave a database without any table."""
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    return database


def worked_office(database: Database, paper: Path) -> Office:
    """Units at work, a supervision, a limit missed, letters sent and letters waiting, a paper attached."""
    migrate(emptied(database))
    with database.write() as session:
        load_roster(session, ROOT / "desk" / "demo" / "roster.toml")
    office = Office(database)
    number = office.assigned(
        "市住建局", "某街道办事处", persons=(Person(name="钱来顺", phone="13911112222", email="qian@example.com"),)
    )
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3), choice="签收")
    office.decide(
        number, "oversee", "D01", as_of=at(4), choice="督办", unit="市住建局", text="请报进展", ground="推诿、敷衍、拖延"
    )
    office.register(as_of=at(3))
    paper.write_bytes(b"%PDF scanned " * 5000)
    with database.write() as session:
        add_paper(lock_case(session, number), paper, kind=AttachmentKind.ORIGINAL_LETTER, act=office.act(session, "Z01", at(4)))
    office.send_letters(as_of=at(4))
    sweep(database, as_of=LAST_NIGHT)
    return office
