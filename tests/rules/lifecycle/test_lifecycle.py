"""The lifecycle: every allowed change leads to its target, every other one is refused, and no petition is ever stuck."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vocabulary.case import DispatchState, Event, State, Way
from models.vocabulary.people import Role
from rules.data.pack_files import load_packs
from rules.errors import TransitionRefusedError
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.row import AnyState, Transition
from rules.lifecycle.share import DISPATCH_ROWS, FINISHED_UNITS
from rules.lifecycle.stages import STAGES, UNITS_AT_WORK
from rules.lifecycle.table import ROLL_UP_EVENTS, advance_from, permitted, roll_up, rows_from
from tests.rules.casework import PLAIN, satisfying, table_of, units

D, E, R, S = DispatchState, Event, Role, State
EVERY_ROW = (*PETITION_ROWS, *DISPATCH_ROWS)
EACH_ROW = pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row.event.value)
HANZI = re.compile(r"[\u4e00-\u9fff]")
Change = tuple[AnyState, Event, Role]


def product_of(rows: tuple[Transition, ...], states: type[State] | type[DispatchState]) -> list[tuple[Change, AnyState | None]]:
    """List every state, event and role of a table, with where it leads, or nothing where it is forbidden."""
    goes: dict[Change, AnyState] = {
        (source, row.event, role): row.target or source for row in rows for source in row.sources for role in row.roles
    }
    events = [row.event for row in rows]
    every: list[AnyState] = list(states)
    return [(change, goes.get(change)) for change in product(every, events, Role)]


CHANGES = product_of(PETITION_ROWS, State) + product_of(DISPATCH_ROWS, DispatchState)
ALLOWED = [
    pytest.param(*change, target, id=f"{change[0]} + {change[1]} by {change[2]} => {target}")
    for change, target in CHANGES
    if target
]
FORBIDDEN = [
    pytest.param(*change, id=f"{change[0]} + {change[1]} by {change[2]} => refused") for change, target in CHANGES if not target
]


class TestEveryChange:
    @pytest.mark.parametrize(("state", "event", "role", "target"), ALLOWED)
    def test_that_the_table_allows_goes_to_its_target(self, state: AnyState, event: Event, role: Role, target: AnyState) -> None:
        reached = advance_from(state, event, role, satisfying(event, role)).leads_to(state)
        assert (type(reached), reached) == (type(target), target)

    @pytest.mark.parametrize(("state", "event", "role"), FORBIDDEN)
    def test_that_the_table_does_not_name_is_refused_in_chinese(self, state: AnyState, event: Event, role: Role) -> None:
        with pytest.raises(TransitionRefusedError, match=HANZI):
            advance_from(state, event, role, satisfying(event, role))

    @pytest.mark.parametrize("state", [*State, *DispatchState], ids=lambda state: f"{type(state).__name__}.{state.name}")
    def test_of_the_other_table_is_refused(self, state: AnyState) -> None:
        foreign = {row.event for row in EVERY_ROW} - {row.event for row in table_of(state)}
        for event, role in product(foreign, Role):
            with pytest.raises(TransitionRefusedError):
                advance_from(state, event, role, satisfying(event, role))

    def test_belongs_to_one_table(self) -> None:
        assert not {row.event for row in PETITION_ROWS} & {row.event for row in DISPATCH_ROWS}
        assert {row.event for row in EVERY_ROW} == set(Event)


class TestARefusal:
    @pytest.mark.parametrize(
        ("state", "event", "role", "words"),
        [
            (S.ARCHIVED, E.SCREEN, R.CLERK, "当前状态为“归档”，不能甄别"),
            (S.CLOSING, E.CLOSE, R.CLERK, "结案须由信访办主任、分管副主任办理，您的身份是接访员（经办人）"),
            (D.ACCEPTED, E.REPORT, R.LIAISON, "当前状态为“审核通过”，不能报结"),
            (D.REPORTED, E.ACCEPT_REPORT, R.LIAISON, "审核通过须由接访员（经办人）、信访办主任办理，您的身份是承办单位联络员"),
        ],
    )
    def test_says_who_may_or_why_not(self, state: AnyState, event: Event, role: Role, words: str) -> None:
        with pytest.raises(TransitionRefusedError, match=f"^{re.escape(words)}$"):
            advance_from(state, event, role, satisfying(event, role))

    def test_tells_the_guards_reason(self) -> None:
        with pytest.raises(TransitionRefusedError, match=r"^请写明理由$"):
            advance_from(S.APPROVING, E.SEND_BACK, R.DIRECTOR, PLAIN)


class TestPermitted:
    """Written out by hand: what a person's buttons show; a change here is a change of who may do what."""

    @pytest.mark.parametrize(
        ("state", "role", "events"),
        [
            (S.DRAFT, R.CLERK, "register escalate"),
            (S.DRAFT, R.DIRECTOR, "register void escalate recount"),
            (
                S.REGISTERED,
                R.CLERK,
                "screen attach answer_on_spot annotate correct_facts disclose withdraw escalate resume_clock",
            ),
            (S.PROPOSING, R.CLERK, "answer_on_spot propose annotate correct_facts disclose withdraw escalate resume_clock"),
            (S.APPROVING, R.CLERK, "annotate correct_facts disclose withdraw escalate resume_clock"),
            (S.APPROVING, R.VICE_CHAIR, "send_back approve disclose escalate"),
            (S.APPROVING, R.CHAIRS_MEETING, "send_back approve"),
            (S.HANDLING, R.CLERK, "urge convene annotate correct_facts record_reply disclose withdraw escalate resume_clock"),
            (S.HANDLING, R.VICE_CHAIR, "supervise disclose escalate"),
            (S.HANDLING, R.LIAISON, ""),
            (S.DELIVERING, R.CLERK, "annotate correct_facts disclose deliver withdraw escalate resume_clock"),
            (S.CLOSING, R.CLERK, "annotate correct_facts disclose withdraw escalate resume_clock"),
            (
                S.CLOSING,
                R.DIRECTOR,
                "annotate correct_facts disclose return_to_delivery close withdraw escalate suspend_clock resume_clock recount",
            ),
            (S.DONE, R.CLERK, "disclose request_review request_re_review escalate resume_clock"),
            (S.DONE, R.ARCHIVIST, "disclose archive"),
            (S.ARCHIVED, R.DIRECTOR, "disclose"),
            (D.AWAITING_SIGN_IN, R.LIAISON, "sign_in sign_in_referral object"),
            (D.HANDLING, R.LIAISON, "object request_extension report"),
            (D.HANDLING, R.CLERK, ""),
            (D.REPORTED, R.CLERK, "accept_report redo"),
            (D.RETURN_REQUESTED, R.DIRECTOR, "uphold_objection overrule_objection"),
            (D.EXTENSION_REQUESTED, R.DIRECTOR, "grant_extension refuse_extension"),
        ],
        ids=lambda value: str(value) or "nothing",
    )
    def test_is_exactly(self, state: AnyState, role: Role, events: str) -> None:
        assert set(permitted(state, role)) == set(events.split())


class TestTheTables:
    @pytest.mark.parametrize("rows", [PETITION_ROWS, DISPATCH_ROWS], ids=["petition", "dispatch"])
    def test_have_one_row_per_event_and_source(self, rows: tuple[Transition, ...]) -> None:
        counted = Counter((row.event, source) for row in rows for source in row.sources)
        assert [pair for pair, times in counted.items() if times > 1] == []

    @pytest.mark.parametrize("first", [S.DRAFT, D.AWAITING_SIGN_IN], ids=["draft", "awaiting_sign_in"])
    def test_reach_every_state_from_the_first(self, first: AnyState) -> None:
        reached, waiting = {first}, [first]
        while waiting:
            state = waiting.pop()
            ahead = {row.leads_to(state) for row in rows_from(state)} - reached
            reached |= ahead
            waiting += ahead
        assert reached == set(type(first))

    def test_end_nowhere_but_in_the_archive_or_the_bin(self) -> None:
        ends = {state for state in State if all(row.target is None for row in rows_from(state))}
        assert ends == {S.ARCHIVED, S.VOID}

    def test_end_a_share_nowhere_but_in_a_finished_state(self) -> None:
        ends = {state for state in DispatchState if not list(rows_from(state))}
        assert ends == {D.ACCEPTED, D.RETURNED, D.RECALLED}
        assert ends <= set(FINISHED_UNITS)

    def test_give_every_state_a_stage(self) -> None:
        assert set(STAGES) == set(State)

    @EACH_ROW
    def test_cite_an_article_or_admit_an_office_setting(self, row: Transition) -> None:
        assert re.search(r"(条例|法) 第.+条", row.basis) or row.basis.startswith("办公室设定")

    @EACH_ROW
    def test_start_only_clocks_of_the_default_pack(self, row: Transition) -> None:
        pack = load_packs().pack_for("npc_city", date(2026, 1, 1))
        keys = {rule.key for rule in pack.rules}
        assert set(row.starts) <= keys
        assert set(row.stops) <= keys | {"*"}

    def test_stop_every_clock_of_a_request_when_a_matter_is_final(self) -> None:
        stopped = {key for row in PETITION_ROWS if row.event is E.FINALIZE for key in row.stops}
        assert {"review_request", "re_review_request"} <= stopped

    def test_start_anew_after_detaching_what_registration_started(self) -> None:
        started = {row.event: set(row.starts) for row in PETITION_ROWS}
        assert started[E.DETACH] == started[E.REGISTER]


class TestApproval:
    def test_is_never_the_drafters_own(self) -> None:
        own = replace(satisfying(E.APPROVE, R.DIRECTOR), actor_code="Z01", drafter_code="Z01")
        with pytest.raises(TransitionRefusedError, match="拟办人不得审批自己拟办的信访件"):
            advance_from(S.APPROVING, E.APPROVE, R.DIRECTOR, own)

    @pytest.mark.parametrize("way", list(Way), ids=lambda way: way.value)
    def test_starts_the_approved_way_alone(self, way: Way) -> None:
        situation = replace(PLAIN, way=way)
        started = [
            row.event for row in rows_from(S.APPROVED) if row.roles == (R.SYSTEM,) and row.target and row.guard(situation) is None
        ]
        assert len(started) == (0 if way is Way.ON_THE_SPOT else 1)


AWAITING, HANDLING, RETURNING, ASKING = D.AWAITING_SIGN_IN, D.HANDLING, D.RETURN_REQUESTED, D.EXTENSION_REQUESTED
ROLL_UPS: list[tuple[State, tuple[DispatchState, ...], Event | None]] = [
    (S.ASSIGNED, (AWAITING,), None),
    (S.ASSIGNED, (HANDLING,), E.HANDLING_BEGUN),
    (S.ASSIGNED, (HANDLING, AWAITING), None),
    (S.ASSIGNED, (HANDLING, HANDLING), E.JOINT_HANDLING_BEGUN),
    (S.ASSIGNED, (D.RETURNED, HANDLING), E.HANDLING_BEGUN),
    (S.ASSIGNED, (D.RETURNED, D.RETURNED), E.ALL_RETURNED),
    (S.JOINT_HANDLING, (HANDLING, RETURNING), E.OBJECTION_RAISED),
    (S.JOINT_HANDLING, (ASKING, RETURNING), E.OBJECTION_RAISED),
    (S.JOINT_HANDLING, (ASKING, AWAITING), E.EXTENSION_ASKED),
    (S.JOINT_HANDLING, (D.REPORTED, HANDLING), None),
    (S.JOINT_HANDLING, (D.ACCEPTED, HANDLING), None),
    (S.JOINT_HANDLING, (D.REPORTED, D.ACCEPTED), E.REPORTS_IN),
    (S.JOINT_HANDLING, (D.RETURNED, HANDLING), E.HANDLING_BEGUN),
    (S.RETURN_REQUESTED, (AWAITING, HANDLING), E.SIGN_IN_AWAITED),
    (S.RETURN_REQUESTED, (D.RETURNED, D.RECEIVED), E.REFERRAL_RECEIVED),
    (S.RETURN_REQUESTED, (D.RETURNED, D.ACCEPTED), E.ALL_ACCEPTED),
    (S.EXTENSION_REQUESTED, (HANDLING,), E.HANDLING_BEGUN),
    (S.REPORTED, (D.REPORTED,), None),
    (S.REPORTED, (D.ACCEPTED, D.ACCEPTED), E.ALL_ACCEPTED),
    (S.REPORTED, (HANDLING,), E.HANDLING_BEGUN),
    (S.REPORTED, (D.RETURNED, D.ACCEPTED), E.ALL_ACCEPTED),
    (S.REFERRED, (AWAITING,), None),
    (S.REFERRED, (AWAITING, D.RECEIVED), None),
    (S.REFERRED, (D.RECEIVED, D.RECEIVED), E.REFERRAL_RECEIVED),
    (S.REFERRED, (RETURNING, AWAITING), E.OBJECTION_RAISED),
    (S.REFERRED, (D.RETURNED,), E.ALL_RETURNED),
    (S.WITHDRAWN, (D.RECALLED,), None),
    (S.DELIVERING, (D.ACCEPTED,), None),
]


class TestRollUp:
    @pytest.mark.parametrize(
        ("state", "shares", "event"),
        [pytest.param(*one, id=f"{one[0]} with {' and '.join(one[1])} => {one[2] or 'stays'}") for one in ROLL_UPS],
    )
    def test_follows_the_units(self, state: State, shares: tuple[DispatchState, ...], event: Event | None) -> None:
        assert roll_up(state, units(*shares)) is event

    @given(state=st.sampled_from(State), shares=st.lists(st.sampled_from(DispatchState), max_size=4))
    def test_is_stable(self, state: State, shares: list[DispatchState]) -> None:
        situation = units(*shares)
        if event := roll_up(state, situation):
            after = advance_from(state, event, R.SYSTEM, situation).leads_to(state)
            assert isinstance(after, State)
            assert roll_up(after, situation) is None

    def test_knows_every_event_by_which_only_the_units_move_a_petition(self) -> None:
        moved = {row.event for row in PETITION_ROWS if row.roles == (R.SYSTEM,) and set(row.sources) <= set(UNITS_AT_WORK)}
        assert moved == set(ROLL_UP_EVENTS)


def follow(state: State, shares: list[DispatchState], way: Way) -> State:
    situation = units(*shares, way=way)
    event = roll_up(state, situation)
    if event is None:
        return state
    after = advance_from(state, event, R.SYSTEM, situation).leads_to(state)
    assert isinstance(after, State)
    return after


def walk_shares(data: st.DataObject, start: State, skipped: Event) -> None:
    """Let the units of a petition act at random until all have finished; the petition has to move on with them."""
    state, shares = start, [D.AWAITING_SIGN_IN] * data.draw(st.integers(1, 3))
    for _ in range(20):
        moves = [
            (place, row) for place, share in enumerate(shares) for row in rows_from(share) if row.event not in (skipped, E.RECALL)
        ]
        if not moves or state not in UNITS_AT_WORK:
            break
        place, row = data.draw(st.sampled_from(moves))
        after = row.leads_to(shares[place])
        assert isinstance(after, DispatchState)
        shares[place] = after
        state = follow(state, shares, Way.REFERRAL if start is S.REFERRED else Way.ASSIGNMENT)
        assert not (start is S.REFERRED and state is S.ASSIGNED), "转送件变成了交办件"
    if all(share in FINISHED_UNITS for share in shares):
        assert state not in UNITS_AT_WORK, f"all units are finished, the petition stands still at {state}"


class TestARandomWalk:
    @given(data=st.data())
    @pytest.mark.parametrize("first", [S.DRAFT, D.AWAITING_SIGN_IN], ids=["draft", "awaiting_sign_in"])
    def test_never_leaves_the_table(self, first: AnyState, data: st.DataObject) -> None:
        state = first
        for _ in range(30):
            choices = [(event, role) for role in Role for event in permitted(state, role)]
            if not choices:
                break
            event, role = data.draw(st.sampled_from(choices))
            state = advance_from(state, event, role, satisfying(event, role)).leads_to(state)
            assert type(state) is type(first)

    @given(data=st.data())
    def test_of_assigned_units_never_strands_the_petition(self, data: st.DataObject) -> None:
        walk_shares(data, S.ASSIGNED, skipped=E.SIGN_IN_REFERRAL)

    @given(data=st.data())
    def test_of_referred_units_never_strands_the_petition(self, data: st.DataObject) -> None:
        walk_shares(data, S.REFERRED, skipped=E.SIGN_IN)
