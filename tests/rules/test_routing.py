"""Routing: who has to approve which way, for which units, and what carrying it out means."""

import pytest

from models.vocabulary.case import Outcome, State, Way
from models.vocabulary.people import OrganKind, Role
from rules.lifecycle.petition import PETITION_ROWS
from rules.routing import ISSUING, OUTCOME_OF_WAY, ApprovalLevels, approval_role, is_cross_department
from rules.situation import UnitSituation
from tests.rules.casework import unit

BUREAU, COURT = unit(1), unit(2, kind=OrganKind.COURT)
EAST, WEST, EAST_TOO = unit(3, district="东城区"), unit(4, district="西城区"), unit(5, district="东城区")
CITY_CONGRESS = unit(6, kind=OrganKind.CONGRESS_COMMITTEE)
UNITS = [
    ("one department", (BUREAU,), False),
    ("one department twice", (BUREAU, BUREAU), False),
    ("two departments", (BUREAU, COURT), True),
    ("a department and a committee of the congress", (BUREAU, CITY_CONGRESS), False),
    ("a department and a district", (BUREAU, EAST), False),
    ("two bodies of one district", (EAST, EAST_TOO), False),
    ("two districts", (EAST, WEST), True),
    ("nobody", (), False),
]
LEVELS = ApprovalLevels()
OTHERS = [way for way in Way if way not in (Way.REFERRAL, Way.ASSIGNMENT)]


class TestCrossDepartment:
    @pytest.mark.parametrize(("units", "crosses"), [pytest.param(*one[1:], id=f"{one[0]} => {one[2]}") for one in UNITS])
    def test_needs_two_departments_or_two_districts(self, units: tuple[UnitSituation, ...], crosses: bool) -> None:
        assert is_cross_department(units) is crosses


class TestApprovalRole:
    def test_of_a_referral_is_the_director(self) -> None:
        assert approval_role(Way.REFERRAL, (BUREAU, COURT), LEVELS) is Role.DIRECTOR

    def test_of_an_assignment_is_the_vice_chair(self) -> None:
        assert approval_role(Way.ASSIGNMENT, (BUREAU,), LEVELS) is Role.VICE_CHAIR

    @pytest.mark.parametrize("units", [(BUREAU, COURT), (EAST, WEST)], ids=["departments", "districts"])
    def test_of_an_assignment_across_them_is_the_chairs_meeting(self, units: tuple[UnitSituation, ...]) -> None:
        assert approval_role(Way.ASSIGNMENT, units, LEVELS) is Role.CHAIRS_MEETING

    @pytest.mark.parametrize("way", OTHERS, ids=lambda way: way.value)
    def test_of_every_other_way_is_the_director(self, way: Way) -> None:
        assert approval_role(way, (), LEVELS) is Role.DIRECTOR

    def test_follows_the_offices_own_levels(self) -> None:
        levels = ApprovalLevels(assignment=Role.DIRECTOR, cross_department=Role.VICE_CHAIR)
        assert approval_role(Way.ASSIGNMENT, (BUREAU,), levels) is Role.DIRECTOR
        assert approval_role(Way.ASSIGNMENT, (BUREAU, COURT), levels) is Role.VICE_CHAIR


class TestCarryingOut:
    @pytest.mark.parametrize("way", [way for way in Way if way is not Way.ON_THE_SPOT], ids=lambda way: way.value)
    def test_of_every_way_that_can_be_approved_is_an_event_of_the_lifecycle(self, way: Way) -> None:
        [row] = [row for row in PETITION_ROWS if row.event is ISSUING[way]]
        assert row.sources == (State.APPROVED,)
        assert row.guard.__name__ == f"way_is_{way.value}"

    def test_of_an_answer_at_the_window_does_not_exist(self) -> None:
        assert Way.ON_THE_SPOT not in ISSUING

    @pytest.mark.parametrize(
        ("way", "outcome"),
        [
            (Way.REFERRAL, Outcome.REFERRED),
            (Way.REJECTION, Outcome.REJECTED),
            (Way.REFUSAL_OF_REPEAT, Outcome.REFUSED),
            (Way.FILING, Outcome.FILED),
            (Way.ASSIGNMENT, None),
            (Way.DIRECT, None),
            (Way.ON_THE_SPOT, None),
        ],
        ids=lambda word: word.value if word else "nothing yet",
    )
    def test_concludes_what_no_answer_will_conclude(self, way: Way, outcome: Outcome | None) -> None:
        assert OUTCOME_OF_WAY.get(way) is outcome
