"""The ladder: where its rungs stand, what a limit needs on a day, and what always holds however seldom one looks."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.data.pack_files import load_packs
from rules.deadlines import Adjusted, count_adjusted
from rules.ladder import MISSED, Rung, RungKind, below, climb, next_rung, rungs
from rules.packs import Pack, Rule, TimeUnit
from rules.working_days import load_calendar

CALENDAR = load_calendar()
PACK = load_packs().pack_for("npc_city", date(2026, 1, 1))
LIGHTS = ("warn_50", "warn_75", "warn_90", "warn_100")
STEPS = ("urge", "supervise", "to_leader", "to_chairs")
DUTIES = [(pack, rule) for pack in load_packs().versions for rule in pack.rules if rule.duty]


@dataclass(frozen=True)
class Limit:
    """One limit of one pack with its days."""

    pack: Pack
    rule: Rule
    start: date
    raw: date
    due: date

    @property
    def ladder(self) -> tuple[Rung, ...]:
        return rungs(self.pack, self.rule, start=self.start, raw=self.raw, due=self.due)


def limit(key: str, start: str, *, pack: Pack = PACK, **changed: object) -> Limit:
    rule, first = pack.rule(key), date.fromisoformat(start)
    due = count_adjusted(rule, first, CALENDAR, Adjusted(**changed))  # type: ignore[arg-type]
    return Limit(pack, rule, first, due.raw, due.effective)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


ASSIGN = limit("assign", "2026-03-03").ladder
"""Sixty days from 3 March end on 2 May and roll over labour day to 6 May."""


class TestRungs:
    @pytest.mark.parametrize(
        ("key", "start", "days"),
        [
            pytest.param(
                "assign",
                "2026-03-03",
                {
                    "warn_50": "04-02",
                    "warn_75": "04-17",
                    "warn_90": "04-26",
                    "warn_100": "05-06",
                    "missed": "05-07",
                    "urge": "05-07",
                    "supervise": "05-13",
                    "to_leader": "05-21",
                    "to_chairs": "06-05",
                },
                id="sixty days that roll over labour day",
            ),
            pytest.param(
                "divert",
                "2026-03-02",
                {
                    "warn_50": "03-10",
                    "warn_75": "03-14",
                    "warn_90": "03-16",
                    "warn_100": "03-17",
                    "missed": "03-18",
                    "urge": "03-18",
                    "to_leader": "04-01",
                    "to_chairs": "04-16",
                },
                id="the office's own limit is not supervised",
            ),
            pytest.param(
                "sign_in",
                "2026-02-12",
                {"warn_100": "02-24", "missed": "02-25", "urge": "02-25", "to_leader": "03-11"},
                id="working days over the spring festival",
            ),
            pytest.param(
                "archive",
                "2026-03-02",
                {
                    "warn_50": "06-02",
                    "warn_75": "07-18",
                    "warn_90": "08-15",
                    "warn_100": "09-02",
                    "missed": "09-03",
                    "urge": "09-03",
                },
                id="six months",
            ),
            pytest.param(
                "register",
                "2026-03-02",
                {"missed": "03-03", "urge": "03-03", "to_leader": "03-17"},
                id="the same day, without a light",
            ),
        ],
    )
    def test_stand_on_their_days(self, key: str, start: str, days: dict[str, str]) -> None:
        assert {rung.key: rung.due_on for rung in limit(key, start).ladder} == {name: day(on) for name, on in days.items()}

    def test_count_lights_from_the_raw_days_and_steps_from_the_effective_day(self) -> None:
        """The roll over labour day moves the end and what follows it, but no light before it."""
        later = rungs(PACK, PACK.rule("assign"), start=day("03-03"), raw=day("05-02"), due=day("05-12"))
        moved = {rung.key: (rung.due_on - old.due_on).days for rung, old in zip(later, ASSIGN, strict=True)}
        assert moved == dict.fromkeys(LIGHTS[:3], 0) | dict.fromkeys((LIGHTS[3], MISSED, *STEPS), 6)

    def test_of_a_day_that_a_promise_set_stand_on_that_day(self) -> None:
        promised = limit("promise", "2026-03-10", given=day("03-13")).ladder
        assert [(rung.key, rung.due_on) for rung in promised] == [
            ("warn_100", day("03-13")),
            (MISSED, day("03-14")),
            ("urge", day("03-14")),
        ]

    @pytest.mark.parametrize("key", [rule.key for rule in PACK.rules if not rule.duty])
    def test_of_a_right_are_none(self, key: str) -> None:
        assert rungs(PACK, PACK.rule(key), start=day("03-02"), raw=day("04-01"), due=day("04-01")) == ()

    def test_carry_the_packs_step_with_its_ground(self) -> None:
        steps = [rung.escalation for rung in ASSIGN if rung.kind is RungKind.ESCALATE]
        assert [step.key for step in steps if step] == list(STEPS)
        assert steps[1] is not None
        assert (steps[1].supervision_ground, "第四十条" in steps[1].ground) == ("shirking", True)


class TestClimbing:
    @pytest.mark.parametrize(
        ("passed", "today", "message", "acts", "overtaken"),
        [
            pytest.param((), "04-02", "warn_50", ("warn_50",), (), id="on the day of the first light"),
            pytest.param((), "04-18", "warn_75", ("warn_75",), ("warn_50",), id="two lights late: the later one"),
            pytest.param(LIGHTS, "05-07", "urge", (MISSED, "urge"), (), id="the day after: missed and urged"),
            pytest.param(LIGHTS, "05-14", "supervise", (MISSED, "supervise"), ("urge",), id="a week down: supervised at once"),
            pytest.param(
                (*LIGHTS, MISSED, "urge"),
                "06-15",
                "to_chairs",
                ("to_chairs",),
                ("supervise", "to_leader"),
                id="forty days down: only the chairs' meeting",
            ),
            pytest.param(
                (), "06-15", "to_chairs", (MISSED, "to_chairs"), (*LIGHTS, *STEPS[:3]), id="never looked at: one message in all"
            ),
        ],
    )
    def test_says_only_what_still_makes_sense(
        self, passed: tuple[str, ...], today: str, message: str, acts: tuple[str, ...], overtaken: tuple[str, ...]
    ) -> None:
        wanted = climb(ASSIGN, passed, day(today))
        assert wanted is not None
        assert tuple(rung.key for rung in wanted.acts) == acts
        assert tuple(rung.key for rung in wanted.overtaken) == overtaken
        assert wanted.message is next(rung for rung in wanted.acts if rung.key == message)

    @pytest.mark.parametrize(
        ("passed", "today"),
        [
            pytest.param((), "04-01", id="the day before the first light"),
            pytest.param(("warn_50",), "04-16", id="between two lights"),
            pytest.param((*LIGHTS, MISSED, *STEPS), "12-31", id="the ladder is climbed"),
        ],
    )
    def test_leaves_a_limit_alone(self, passed: tuple[str, ...], today: str) -> None:
        assert climb(ASSIGN, passed, day(today)) is None

    def test_gives_a_miss_a_message_of_its_own_when_no_step_follows(self) -> None:
        bare = tuple(rung for rung in ASSIGN if rung.kind is not RungKind.ESCALATE)
        wanted = climb(bare, LIGHTS, day("05-07"))
        assert wanted is not None
        assert [rung.key for rung in wanted.acts] == [MISSED]
        assert wanted.message is wanted.acts[0]


class TestStepsByHand:
    @pytest.mark.parametrize(
        ("key", "passed", "lower"),
        [
            pytest.param("urge", LIGHTS, (), id="an urging has no step under it"),
            pytest.param("supervise", LIGHTS, ("urge",), id="a supervision overtakes the urging"),
            pytest.param("to_chairs", (*LIGHTS, MISSED, "urge"), ("supervise", "to_leader"), id="what is over is not overtaken"),
            pytest.param("urge", ("warn_50",), LIGHTS[1:], id="lights that nobody saw are overtaken"),
            pytest.param("unheard_of", (), (), id="an unknown step overtakes nothing"),
        ],
    )
    def test_overtake_the_steps_under_them_but_never_the_miss(
        self, key: str, passed: tuple[str, ...], lower: tuple[str, ...]
    ) -> None:
        assert tuple(rung.key for rung in below(ASSIGN, key, passed)) == lower

    def test_do_not_hide_that_the_limit_was_missed(self) -> None:
        wanted = climb(ASSIGN, (*LIGHTS, "urge", "supervise"), day("05-08"))
        assert wanted is not None
        assert [rung.key for rung in wanted.acts] == [MISSED]

    def test_leave_the_next_higher_one_as_next(self) -> None:
        passed = {*LIGHTS, MISSED, "supervise", *(rung.key for rung in below(ASSIGN, "supervise", (*LIGHTS, MISSED)))}
        found = next_rung(ASSIGN, passed)
        assert found is not None
        assert found.key == "to_leader"

    def test_end_with_the_chairs_meeting(self) -> None:
        assert next_rung(ASSIGN, {*LIGHTS, MISSED, *STEPS}) is None


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Any duty of any pack from any day on, extended and suspended as it may be."""
    pack, rule = draw(st.sampled_from(DUTIES))
    start = draw(st.dates(date(2020, 1, 1), date(2027, 6, 30)))
    given = start + timedelta(days=draw(st.integers(-5, 120))) if rule.unit is TimeUnit.GIVEN_DAY else None
    extended = draw(st.integers(0, rule.extension.max)) if rule.extension else 0
    changed = Adjusted(extended=extended, paused=draw(st.integers(0, 60)), given=given)
    due = count_adjusted(rule, start, CALENDAR, changed, roll_last_day=draw(st.booleans()))
    return Limit(pack, rule, start, due.raw, due.effective)


LOOKS = st.lists(st.integers(0, 45), min_size=1, max_size=30)
"""After how many days somebody looks again."""
HANDS = st.lists(st.sampled_from(("", "", "urge", "supervise", "to_leader", "to_chairs")), min_size=30, max_size=30)
"""The step that a person takes by hand before a look, if any."""


class TestProperties:
    @given(limits())
    def test_rungs_are_in_the_order_of_their_days(self, found: Limit) -> None:
        days = [rung.due_on for rung in found.ladder]
        assert days == sorted(days)
        assert len({rung.key for rung in found.ladder}) == len(days)

    @given(limits())
    def test_lights_are_never_after_the_due_day_and_all_else_is(self, found: Limit) -> None:
        for rung in found.ladder:
            assert (rung.due_on <= found.due) is (rung.kind is RungKind.WARN)

    @given(limits(), st.integers(-10, 400), st.data())
    def test_climbing_takes_all_that_is_due_once_and_nothing_early(self, found: Limit, later: int, data: st.DataObject) -> None:
        today = found.start + timedelta(days=later)
        passed = data.draw(st.sets(st.sampled_from([rung.key for rung in found.ladder])))
        wanted = climb(found.ladder, passed, today)
        taken = [*wanted.acts, *wanted.overtaken] if wanted else []
        due = {rung.key for rung in found.ladder if rung.due_on <= today} - passed
        assert sorted(rung.key for rung in taken) == sorted(due)
        assert all(rung.due_on <= today for rung in taken)
        assert wanted is None or wanted.message is None or wanted.message in wanted.acts

    @given(limits(), LOOKS)
    def test_however_seldom_one_looks_every_rung_is_taken_once_and_the_miss_is_told(self, found: Limit, gaps: list[int]) -> None:
        acted: list[str] = []
        overtaken: list[str] = []
        today = found.start
        for gap in (*gaps, 1000):
            today += timedelta(days=gap)
            wanted = climb(found.ladder, {*acted, *overtaken}, today)
            acted += [rung.key for rung in wanted.acts] if wanted else []
            overtaken += [rung.key for rung in wanted.overtaken] if wanted else []
        assert sorted([*acted, *overtaken]) == sorted(rung.key for rung in found.ladder)
        assert MISSED in acted

    @given(limits(), LOOKS, HANDS)
    def test_steps_by_hand_take_nothing_twice_and_hide_no_miss(self, found: Limit, gaps: list[int], hands: list[str]) -> None:
        acted: list[str] = []
        passed: list[str] = []
        today = found.due
        for gap, hand in zip((*gaps, 1000), hands, strict=False):
            today += timedelta(days=gap)
            if hand in {rung.key for rung in found.ladder} and hand not in passed:
                passed += [*(rung.key for rung in below(found.ladder, hand, passed)), hand]
            wanted = climb(found.ladder, passed, today)
            passed += [rung.key for rung in (*wanted.acts, *wanted.overtaken)] if wanted else []
            acted += [rung.key for rung in wanted.acts] if wanted else []
        assert len(set(passed)) == len(passed)
        assert MISSED in acted or today <= found.due

    @given(limits(), st.sets(st.sampled_from((*LIGHTS, MISSED, *STEPS))))
    def test_the_next_rung_is_the_first_that_is_not_over(self, found: Limit, passed: set[str]) -> None:
        following = next_rung(found.ladder, passed)
        left = [rung for rung in found.ladder if rung.key not in passed]
        assert following == (left[0] if left else None)
