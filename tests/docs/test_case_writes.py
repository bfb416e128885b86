"""The record is whole: nobody writes to a case's rows beside the one door, and whoever tried would be seen."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.case_writes import writes
from trials.house.figures import Plan
from trials.house.sources import Source, sources

EVERYWHERE = sources(ROOT, [*Plan().production, *Plan().trials])
WHO_MAY = {
    ("tasks/record/columns.py", "write_columns"): {"setattr(one.row, column)"},  # told in the event
    ("tasks/transitions.py", "_move"): {"at_hand.state"},  # the door
    ("tasks/transitions.py", "_chain"): {"petition.last_seq", "petition.head_hash"},
    # What a transaction leaves behind is summed up and signed as it is written.
    ("tasks/record/sums.py", "_sign"): {"petition.file_sums", "petition.head_hash", "petition.head_seal"},
    ("tasks/record/sums.py", "note_if_touched"): {"petition.file_sums"},
    # First rows: there is nothing yet that could change.
    ("tasks/casework/drafts.py", "open_draft"): {"Petition(…)", "Party(…)"},
    ("tasks/casework/drafts.py", "_petitioner"): {"Petitioner.model_validate(…)"},
    ("tasks/casework/papers.py", "add_paper"): {"Attachment(…)"},
    ("tasks/casework/proposals.py", "_open_shares"): {"Dispatch(…)"},  # told by the event that issues it
    # Limits belong to their own room.
    ("tasks/limits/clocks.py", "_new_clock"): {"Clock(…)"},
    ("tasks/limits/clocks.py", "fresh_record"): {"Clock(…)"},
    ("tasks/limits/clocks.py", "stop_clock"): {
        *("clock.state", "clock.stopped_on", "clock.stop_reason"),
        *("clock.next_rung", "clock.next_rung_at"),
    },
    ("tasks/limits/clocks.py", "_resume"): {"clock.state", "clock.stopped_on", "clock.stop_reason"},
    ("tasks/limits/clocks.py", "end_suspension"): {"clock.suspended_days"},
    ("tasks/limits/clocks.py", "extend_clock"): {"clock.extended_days"},
    ("tasks/limits/clocks.py", "set_due"): {
        *("clock.raw_due_on", "clock.due_on", "clock.provisional"),
        *("clock.calendar_version", "clock.why"),
    },
    ("tasks/limits/ladder.py", "schedule"): {"clock.next_rung", "clock.next_rung_at"},
    # Those who move limits from above, with an event in the file that says so.
    ("tasks/casework/suspending.py", "suspend_clock"): {"clock.state", "clock.next_rung", "clock.next_rung_at"},
    ("tasks/casework/suspending.py", "resume_clock"): {"clock.state"},
    ("tasks/sweeping/calendar_import.py", "_set"): {
        *("clock.raw_due_on", "clock.due_on", "clock.provisional"),
        *("clock.calendar_version", "clock.why"),
    },
    ("tasks/sweeping/backfilled_limits.py", "_start"): {"clock.start_reason"},
    ("tasks/sweeping/backfilled_limits.py", "_explain"): {"clock.why"},
    ("tasks/sweeping/sweep.py", "_postpone"): {"update(Clock)", "values(next_rung_at)"},
}
"""Who writes to a case's rows, by file and function, and what."""
OTHER_THINGS = {
    ("desk/simulation/city.py", "Year.add"): {"setattr(self, name)"},
    ("flows/runtime/worker/no_watchers.py", "NoWatchers.apply"): {"setattr(flow_engine, name)"},
    ("tasks/backup/container.py", "BackupWriter.add"): {"info.size"},
    ("tasks/letters/outbox.py", "claim_due"): {"message.state"},
    ("tasks/letters/outbox.py", "requeue_dead"): {"message.state"},
    ("tasks/letters/outbox.py", "hold_on_the_way"): {"message.state"},
    ("tasks/letters/outbox.py", "handed_over"): {"message.state"},
    ("tasks/letters/outbox.py", "_record"): {"row.state"},
    ("tasks/record/locked.py", "parts"): {"setattr(kept, name)"},
    ("tasks/record/roster.py", "_save_organ"): {"setattr(organ, name)"},
    ("tasks/record/roster.py", "_link_organ"): {"setattr(organ, f'{field}_id')"},
    ("tasks/record/roster.py", "_save_officer"): {"setattr(officer, name)"},
    ("tasks/runs/bookmarks.py", "want_run"): {"setattr(bookmark, name)"},
    ("tasks/sweeping/sweep.py", "SweepReport.add"): {"setattr(self, name)"},
    ("trials/bench/lives.py", "register"): {"life.number"},
    ("trials/bench/patches.py", "asked"): {"vars(chosen).update(…)"},
    ("trials/bench/sweep.py", "_petitions"): {"SQL on petition"},  # fills a database of its own with invented cases
    ("trials/bench/sweep.py", "_clocks"): {"SQL on clock"},
    ("trials/faults/both_databases.py", "one_side"): {"result.kind"},
    ("trials/faults/scenarios/killed_worker.py", "Lane.__init__"): {"self.number"},
}
"""Letters, organs, backups and reports that have something of the same name, and the data that trials invent."""
ALLOWED = {(*where, what) for table in (WHO_MAY, OTHER_THINGS) for where, some in table.items() for what in some}


def written(source: Source) -> set[tuple[str, str, str]]:
    """What a file writes: the file, the function and what, as ``ALLOWED`` names them."""
    return {(source.path.as_posix(), *found) for found in writes(source.tree)}


@pytest.mark.parametrize("source", EVERYWHERE, ids=lambda source: source.path.as_posix())
def test_a_case_is_written_to_only_behind_the_one_door(source: Source) -> None:
    assert written(source) - ALLOWED == set()


def test_whoever_may_write_does() -> None:
    assert ALLOWED - {one for source in EVERYWHERE for one in written(source)} == set()


@pytest.mark.parametrize(
    ("place", "code"),
    [
        pytest.param("tasks/letters/outbox.py", "def read(row): row.state = x", id="among the letters, as a letter is called"),
        pytest.param("tasks/casework/suspending.py", "def read(clock): clock.state = x", id="as a limit is called"),
        pytest.param("tasks/casework/drafts.py", "def read(): return Petition(id=1)", id="where drafts are opened"),
        pytest.param(
            "tasks/transitions.py", "class Door:\n def _move(at_hand): at_hand.state = x", id="in a class beside the door"
        ),
        pytest.param("tasks/transitions.py", "def _move(row): row.last_seq = 0", id="in the door's function, another column"),
        pytest.param("tasks/transitions.py", "at_hand.state = x", id="outside of any function"),
    ],
)
def test_what_one_function_may_write_no_other_of_its_file_may(place: str, code: str) -> None:
    assert written(Source(Path(place), code)) - ALLOWED != set()


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        pytest.param("petition.outcome = outcome", "petition.outcome", id="an attribute"),
        pytest.param("case.petition.registered_on = day", "case.petition.registered_on", id="an attribute of a case"),
        pytest.param("share.role, other.role = a, b", "other.role", id="one of several at once"),
        pytest.param("[*share.flags] = found", "share.flags", id="what is left over"),
        pytest.param("share.state: DispatchState = state", "share.state", id="with an annotation"),
        pytest.param("share.redos += 1", "share.redos", id="one more"),
        pytest.param("for petition.state in states: pass", "petition.state", id="in a loop"),
        pytest.param("with held() as petition.state: pass", "petition.state", id="in a with"),
        pytest.param("del petition.closed_on", "petition.closed_on", id="deleting"),
        pytest.param("petition.__dict__['state'] = x", "petition.__dict__['state']", id="inside the object"),
        pytest.param("vars(petition)[name] = x", "vars(petition)[name]", id="inside the object, by vars"),
        pytest.param("setattr(petition, 'closed_on', day)", "setattr(petition, 'closed_on')", id="setattr"),
        pytest.param("setattr(row, column, value)", "setattr(row, column)", id="setattr of any column"),
        pytest.param("row.__setattr__('state', x)", "__setattr__('state')", id="__setattr__"),
        pytest.param("object.__setattr__(row, 'state', x)", "__setattr__(row, 'state')", id="the object's __setattr__"),
        pytest.param("set_attribute(row, 'state', x)", "set_attribute(row, 'state')", id="SQLAlchemy's set_attribute"),
        pytest.param("petition.sqlmodel_update(given)", "sqlmodel_update(…)", id="SQLModel's update"),
        pytest.param("run(update(Petition).values(state=x))", "values(state)", id="an update of the table"),
        pytest.param("run(sa.update(Dispatch).where(a == b))", "update(Dispatch)", id="an update whose values come elsewhere"),
        pytest.param("run(update(table).values({'way': x}))", "values(way)", id="an update of some table"),
        pytest.param("run(update(table).values({Petition.way: x}))", "values(way)", id="an update by the table's own column"),
        pytest.param("run(update(table).values(**given))", "values(**)", id="an update by whatever is given"),
        pytest.param("run(Petition.__table__.update().values(state=x))", "values(state)", id="an update of the inner table"),
        pytest.param("session.query(Petition).update({'state': x})", "update({state})", id="an update of a query"),
        pytest.param("session.bulk_update_mappings(Party, rows)", "bulk_update_mappings(Party)", id="an update in bulk"),
        pytest.param("run(insert(models.petition.Petition))", "insert(models.petition.Petition)", id="an insert"),
        pytest.param("run(delete(Party))", "delete(Party)", id="a delete"),
        pytest.param("session.merge(Dispatch(id=1, redos=0))", "Dispatch(…)", id="a row of one's own"),
        pytest.param("run(text('UPDATE petition SET way = NULL'))", "SQL on petition", id="SQL"),
        pytest.param("run(f'insert into \"dispatch\" values ({x})')", "SQL on dispatch", id="SQL put together"),
        pytest.param("petition.flags.append(flag)", "petition.flags.append(…)", id="one more in a list"),
        pytest.param("case.petition.flags.clear()", "case.petition.flags.clear(…)", id="emptying a list"),
        pytest.param("petition.proposal.update(given)", "petition.proposal.update(…)", id="a mapping in place"),
        pytest.param("petition.proposal['units'] = x", "petition.proposal['units']", id="an item of a mapping"),
        pytest.param("petition.proposal['units'][0] = x", "petition.proposal['units'][0]", id="an item of an item"),
        pytest.param("petition.proposal['units'].append(x)", "petition.proposal['units'].append(…)", id="a list in a mapping"),
        pytest.param("del petition.flags[0]", "petition.flags[0]", id="deleting an item"),
        pytest.param("petition.__dict__.update(state=x)", "petition.__dict__.update(…)", id="inside the object, several"),
        pytest.param("vars(petition).pop('state')", "vars(petition).pop(…)", id="out of the object"),
        pytest.param("flag_modified(row, 'flags')", "flag_modified(row, 'flags')", id="a change that is only announced"),
        pytest.param("delattr(petition, 'closed_on')", "delattr(petition, 'closed_on')", id="delattr"),
        pytest.param("person.name_sealed = x", "person.name_sealed", id="a person's name"),
        pytest.param("paper.sha256 = x", "paper.sha256", id="a paper"),
        pytest.param("clock.due_on = day", "clock.due_on", id="a limit's day"),
        pytest.param("setattr(clock, 'due_on', day)", "setattr(clock, 'due_on')", id="a limit's day by name"),
        pytest.param("session.merge(Petition(id=1, state=x))", "merge(…)", id="a row put over another"),
        pytest.param("session.merge(row)", "merge(…)", id="a row of any name put over another"),
        pytest.param("Petition.model_construct(**given)", "Petition.model_construct(…)", id="a row made by its table's method"),
        pytest.param("run(update(Attachment))", "update(Attachment)", id="an update of papers"),
        pytest.param("run('UPDATE clock SET due_on = NULL')", "SQL on clock", id="SQL on limits"),
        pytest.param("advance(case, Change(E, columns={'state': x}), act)", "columns={state}", id="a state by a change"),
        pytest.param("Change(E, columns=known | {'head_seal': x})", "columns={head_seal}", id="a seal among others"),
        pytest.param("Change(E, columns=dict(last_seq=1))", "columns={last_seq}", id="a place in the file"),
        pytest.param("advance(petition, E, changes={'state': x})", "changes={state}", id="a state by changes"),
        pytest.param("Change(E, also=(RowChange(share, {'state': x}),))", "RowChange(state)", id="another row's state"),
    ],
)
def test_every_way_of_writing_is_seen(source: str, seen: str) -> None:
    assert seen in {what for _, what in writes(ast.parse(source))}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("if petition.state is State.DRAFT: total = petition.people_count + 1", id="looking"),
        pytest.param("state: State", id="an annotation"),
        pytest.param("self.state: State", id="an attribute that is only announced"),
        pytest.param("message.attempts = 1", id="a column of a letter"),
        pytest.param("setattr(message, 'attempts', 1)", id="a letter's column by name"),
        pytest.param("found.append(petition.flags)", id="a list of something else"),
        pytest.param("print(petition.proposal['units'], petition.flags.index(x))", id="looking into lists and mappings"),
        pytest.param("run('UPDATE clock_step SET announced = TRUE')", id="SQL on another table of a like name"),
        pytest.param("run(update(OutboxMessage).where(x).values(state=y))", id="a letter's state"),
        pytest.param("Change(E, columns={'outcome': x}, also=(RowChange(share, {'role': y}),))", id="columns through the door"),
        pytest.param("given.update({'attempts': 1})", id="a mapping of something else"),
        pytest.param("session.exec(select(Petition).where(Petition.state == x))", id="a query"),
        pytest.param("print('update your petition form')", id="words"),
    ],
)
def test_what_writes_nothing_is_left_in_peace(source: str) -> None:
    assert list(writes(ast.parse(source))) == []
