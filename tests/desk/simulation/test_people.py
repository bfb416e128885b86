"""The invented people of a simulated city: chance decides, but only within what an office could live through."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.simulation.city import OUTAGE, Plan, Year, outage_of
from desk.simulation.people import CHANNELS, CLASSES, WAYS, City, CityUnit
from desk.simulation.tally import COLUMNS, Tally, column_of, rows
from models.vocabulary.case import Channel, PetitionClass, Way
from rules.data.pack_files import load_packs
from rules.packs import Pack
from rules.working_days import load_calendar
from rules.zone import SHANGHAI

FIRST, LAST = date(2026, 1, 5), date(2026, 6, 30)
CALENDAR = load_calendar()
SEEDS = st.integers(0, 10**6)
DAYS = st.dates(FIRST, LAST)
PACK: Pack = load_packs().pack_for("npc_city", FIRST)


def city(seed: int) -> City:
    return City(Random(seed), CALENDAR)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)


class TestAPaper:
    @given(seed=SEEDS)
    def test_is_registered_on_a_working_day_within_office_hours(self, seed: int) -> None:
        when, _ = city(seed).paper(FIRST, LAST)
        assert FIRST <= when.date() <= LAST
        assert CALENDAR.is_working(when.date())
        assert time(9) <= when.time() < time(17)

    @given(seed=SEEDS)
    def test_came_in_at_most_two_days_before(self, seed: int) -> None:
        when, paper = city(seed).paper(FIRST, LAST)
        assert timedelta(0) <= when.date() - paper.receipt_on <= timedelta(days=2)
        assert paper.upstream_due_on is None or paper.upstream_due_on >= paper.receipt_on + timedelta(days=30)

    @given(seed=SEEDS)
    def test_bears_an_invented_name_or_none(self, seed: int) -> None:
        _, paper = city(seed).paper(FIRST, LAST)
        assert all(person.name.startswith("虚构人") and person.phone.startswith("138") for person in paper.persons)

    def test_is_the_same_for_the_same_seed(self) -> None:
        assert city(7).paper(FIRST, LAST) == city(7).paper(FIRST, LAST)
        assert city(7).paper(FIRST, LAST) != city(8).paper(FIRST, LAST)

    def test_comes_in_every_channel(self) -> None:
        drawn = city(1)
        assert {drawn.paper(FIRST, LAST)[1].channel for _ in range(200)} == set(Channel)


class TestTime:
    @given(seed=SEEDS, day=DAYS, days=st.floats(0, 60))
    def test_goes_on_to_a_later_working_day(self, seed: int, day: date, days: float) -> None:
        later = city(seed).after(at(day), days)
        assert later.date() > day
        assert CALENDAR.is_working(later.date())
        assert later.date() >= day + timedelta(days=max(1, round(days)))

    @given(seed=SEEDS, day=DAYS)
    def test_of_the_office_is_days_or_now_and_then_months(self, seed: int, day: date) -> None:
        waited = (city(seed).soon(at(day)).date() - day).days
        assert 1 <= waited <= 70 + 11  # a long holiday and its weekend may follow

    @given(seed=SEEDS, day=DAYS, usual=st.floats(12, 50))
    def test_of_a_quick_unit_stays_within_the_limit(self, seed: int, day: date, usual: float) -> None:
        reported = city(seed).handled(at(day), CityUnit("市住建局", "SZJ", usual, slow=0.0))
        assert (reported.date() - day).days <= 58 + 11

    @given(seed=SEEDS, day=DAYS)
    def test_of_a_slow_unit_is_beyond_it(self, seed: int, day: date) -> None:
        reported = city(seed).handled(at(day), CityUnit("市住建局", "SZJ", 20, slow=1.1))
        assert (reported.date() - day).days >= 62

    @given(day=DAYS)
    def test_is_moved_to_a_working_day_within_the_year(self, day: date) -> None:
        moved = city(0).working(day, FIRST, LAST)
        assert FIRST <= moved <= LAST
        assert CALENDAR.is_working(moved)


class TestTheCity:
    def test_meets_units_in_an_order_that_does_not_hang_on_the_database(self) -> None:
        organs = [("市住建局", "SZJ"), ("市公安局", "SGA"), ("市民政局", "SMZ")]
        first, second = city(3), city(3)
        first.meet_units(organs)
        second.meet_units(organs[::-1])
        assert first.units == second.units
        assert first.unit("SGA").name == "市公安局"
        assert all(12 <= unit.usual <= 50 and unit.slow in (0.03, 0.08, 0.15, 0.3) for unit in first.units)

    @pytest.mark.parametrize(
        ("weights", "kind", "left_out"),
        [(CHANNELS, Channel, set()), (CLASSES, PetitionClass, set()), (WAYS, Way, {Way.REFUSAL_OF_REPEAT})],
        ids=["channels", "classes", "ways"],
    )
    def test_knows_every_kind_in_hundredths(self, weights: dict[object, int], kind: type, left_out: set[object]) -> None:
        assert set(weights) == set(kind) - left_out  # type: ignore[call-overload]
        assert sum(weights.values()) == 100

    def test_draws_by_weight(self) -> None:
        drawn = city(5)
        classes = [drawn.pick(CLASSES) for _ in range(1000)]
        assert classes.count(PetitionClass.APPEAL) > classes.count(PetitionClass.SUGGESTION) > 50


class TestTheWeekWithoutASweep:
    @given(seed=SEEDS)
    def test_is_a_whole_week_inside_the_year(self, seed: int) -> None:
        outage = outage_of(Plan(first=FIRST, last=LAST, petitions=1, seed=seed))
        assert outage is not None
        assert FIRST <= outage[0] <= outage[1] <= LAST
        assert outage[1] - outage[0] == OUTAGE - timedelta(days=1)

    @pytest.mark.parametrize(
        ("last", "outage"), [(FIRST + timedelta(days=13), True), (LAST, False)], ids=["too short a time", "nobody wants one"]
    )
    def test_is_left_out(self, last: date, outage: bool) -> None:
        assert outage_of(Plan(first=FIRST, last=last, petitions=1, seed=1, outage=outage)) is None


class TestTheTable:
    COUNTED: Tally = Tally(
        {
            ("市住建局", "2026-03", "warned"): 3,
            ("市住建局", "2026-04", "missed"): 1,
            ("市住建局", "2026-04", "urge"): 1,
            ("信访办", "2026-03", "to_chairs"): 2,
        }
    )

    def test_has_a_line_a_month_a_sum_a_unit_and_the_sum_of_all(self) -> None:
        lines = rows(self.COUNTED)
        assert [(line["单位"], line["月份"]) for line in lines] == [
            ("信访办", "2026-03"), ("信访办", "合计"),
            ("市住建局", "2026-03"), ("市住建局", "2026-04"), ("市住建局", "合计"), ("全部", "合计"),
        ]  # fmt: skip
        assert [lines[-1][head] for head in COLUMNS.values()] == [3, 1, 1, 0, 0, 2]
        assert [lines[-2][head] for head in COLUMNS.values()] == [3, 1, 1, 0, 0, 0]

    def test_adds_up(self) -> None:
        lines = rows(self.COUNTED)
        for head in COLUMNS.values():
            months = sum(int(line[head]) for line in lines if line["月份"] != "合计")
            units = sum(int(line[head]) for line in lines if line["月份"] == "合计" and line["单位"] != "全部")
            assert months == units == lines[-1][head]

    def test_of_nothing_is_one_line_of_noughts(self) -> None:
        assert rows(Tally()) == [{"单位": "全部", "月份": "合计"} | dict.fromkeys(COLUMNS.values(), 0)]

    def test_has_a_column_for_every_step_of_the_packs_ladder(self) -> None:
        steps = ["warn_50", "warn_100", "missed", *(step.key for step in PACK.ladder)]
        assert {column_of(step) for step in steps} == set(COLUMNS)


class TestAYear:
    def test_is_the_sum_of_its_parts(self) -> None:
        year = Year(petitions=2, closed=1, events=10, faults=["a"], broken=[("p", "w")], seconds=3.0)
        year.refused["x"], year.counted["u", "m", "missed"] = 1, 2
        other = Year(
            petitions=3, closed=2, events=5, rungs=4, letters=7, overtaken=1, clocks=6, faults=["b"], broken=[("q", "v")]
        )
        other.refused["x"], other.counted["u", "m", "missed"] = 4, 5
        year.add(other)
        told = (year.petitions, year.closed, year.events, year.rungs, year.letters, year.overtaken, year.clocks)
        assert told == (5, 3, 15, 4, 7, 1, 6)
        assert (year.faults, year.broken) == (["a", "b"], [("p", "w"), ("q", "v")])
        assert (year.refused["x"], year.counted["u", "m", "missed"]) == (5, 7)
