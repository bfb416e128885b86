"""An office that was set up by migrations and has worked for three weeks: something of everything in its database."""

from pathlib import Path

from sqlmodel import col, select

from models.case_event import CaseEvent
from models.petition import Petition
from models.tables import METADATA
from models.vocabulary.papers import AttachmentKind
from tasks.casework.drafts import Person
from tasks.casework.papers import add_paper
from tasks.keeping.database import Database
from tasks.keeping.schema import migrate
from tasks.keeping.vault import vault
from tasks.record.cases import lock_case
from tasks.record.chain import event_hash, head_seal
from tasks.record.roster import load_roster
from tasks.record.sums import LEFT
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


def signed_the_old_way(office: Office) -> None:
    """Sign every file anew as the versions did that summed nothing up."""
    with office.database.write() as session:
        for petition in session.exec(select(Petition)):
            petition.head_hash = ""
            for event in session.exec(select(CaseEvent).where(CaseEvent.petition_id == petition.id).order_by(col(CaseEvent.seq))):
                event.facts = {name: said for name, said in event.facts.items() if name != LEFT}
                event.previous_hash = petition.head_hash
                event.hash = petition.head_hash = event_hash(event, vault())
            petition.head_seal, petition.file_sums = head_seal(petition, vault()), None
