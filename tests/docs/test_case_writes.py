"""The record is whole: nobody writes to a case's rows beside the one door, and whoever tried would be seen."""

import ast

import pytest

from tests.conftest import ROOT
from tests.docs.case_writes import writes
from trials.house.figures import Plan
from trials.house.sources import Source, sources

EVERYWHERE = sources(ROOT, [*Plan().production, *Plan().trials])
WHO_MAY = {
    "tasks/record/columns.py": {"setattr(one.row, column)"},  # told in the event
    "tasks/transitions.py": {"at_hand.state", "petition.last_seq", "petition.head_hash", "petition.head_seal"},  # the door
    "tasks/casework/drafts.py": {"Petition(…)", "Party(…)"},  # a paper's first row: there is nothing yet that could change
    "tasks/casework/proposals.py": {"Dispatch(…)"},  # a share's first row, told by the event that issues it
}
"""Who writes to a case's rows, and what."""
OTHER_THINGS = {
    "desk/simulation/city.py": {"setattr(self, name)"},
    "engine/patches/no_watchers.py": {"setattr(flow_engine, name)"},
    "tasks/casework/suspending.py": {"clock.state"},
    "tasks/letters/outbox.py": {"message.state", "row.state"},
    "tasks/limits/clocks.py": {"clock.state"},
    "tasks/record/locked.py": {"setattr(kept, name)"},
    "tasks/record/roster.py": {"setattr(organ, name)", "setattr(organ, f'{field}_id')", "setattr(officer, name)"},
    "tasks/runs/bookmarks.py": {"setattr(bookmark, name)"},
    "tasks/sweeping/sweep.py": {"setattr(self, name)"},
    "trials/bench/lives.py": {"life.number"},
    "trials/bench/sweep.py": {"SQL on petition"},  # fills a database of its own with a hundred thousand invented cases
    "trials/faults/scenarios/killed_worker.py": {"self.number"},
}
"""Limits, letters, organs and reports that have something of the same name, and the data that trials invent."""


def written(source: Source) -> set[str]:
    return {what for _, what in writes(source.tree)}


@pytest.mark.parametrize("source", EVERYWHERE, ids=lambda source: source.path.as_posix())
def test_a_case_is_written_to_only_behind_the_one_door(source: Source) -> None:
    place = source.path.as_posix()
    assert written(source) - WHO_MAY.get(place, set()) - OTHER_THINGS.get(place, set()) == set()


def test_whoever_may_write_does() -> None:
    found = {source.path.as_posix(): written(source) for source in EVERYWHERE}
    allowed = [(place, what) for table in (WHO_MAY, OTHER_THINGS) for place, some in table.items() for what in some]
    assert [one for one in allowed if one[1] not in found.get(one[0], set())] == []


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
        pytest.param("clock.due_on = day", id="a column of a limit"),
        pytest.param("setattr(clock, 'due_on', day)", id="a limit's column by name"),
        pytest.param("run(update(OutboxMessage).where(x).values(state=y))", id="a letter's state"),
        pytest.param("Change(E, columns={'outcome': x}, also=(RowChange(share, {'role': y}),))", id="columns through the door"),
        pytest.param("given.update({'due_on': day})", id="a mapping of something else"),
        pytest.param("session.exec(select(Petition).where(Petition.state == x))", id="a query"),
        pytest.param("print('update your petition form')", id="words"),
    ],
)
def test_what_writes_nothing_is_left_in_peace(source: str) -> None:
    assert list(writes(ast.parse(source))) == []
