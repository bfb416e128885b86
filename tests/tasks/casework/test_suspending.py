"""Suspending: with a reason, an approval and a legal basis, before the limit has passed; the days are not counted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from models.clock import Suspension
from models.vocabulary.case import Event
from models.vocabulary.limits import ClockState, PauseGround
from rules.errors import CaseworkError
from tasks.casework.suspending import resume_clock, suspend_clock, suspension_lines
from tasks.keeping.vault import vault
from tasks.record.cases import lock_case
from trials.harness.office import Office, at, day

LAW = "某市信访条例 第一条"
HEARING, OTHER = PauseGround.HEARING, PauseGround.OTHER
BEGAN, ENDED = at(23), at(25)


def signed(office: Office) -> str:
    """Assigned on 2 March, signed on the 3rd: sixty days end on 2 May, rolled to 6 May."""
    number = office.assigned("市住建局")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=at(3))
    return number


def suspend(
    office: Office,
    number: str,
    rule: str = "assign",
    *,
    when: datetime = BEGAN,
    officer: str = "D01",
    reason: str = "委托鉴定",
    basis: str = LAW,
    ground: PauseGround = OTHER,
) -> None:
    with office.database.write() as session:
        clock, act = office.clocks(number)[rule].number, office.act(session, officer, when)
        suspend_clock(lock_case(session, number), clock, act=act, reason=reason, basis=basis, ground=ground)


def resume(
    office: Office,
    number: str,
    rule: str = "assign",
    *,
    when: datetime = ENDED,
    reason: str = "已鉴定",
    officer: str = "Z01",
    happened: datetime | None = None,
) -> None:
    with office.database.write() as session:
        clock, act = office.clocks(number)[rule].number, office.act(session, officer, when, occurred_at=happened)
        resume_clock(lock_case(session, number), clock, act=act, reason=reason)


def suspensions(office: Office) -> list[Suspension]:
    with office.database.read() as session:
        return list(session.exec(select(Suspension)))


def re_reviewed(office: Office) -> str:
    """A petition in its re-review: requested on 20 May, so that thirty days end on 19 June (a holiday), rolled to the 22nd."""
    number = signed(office)
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), text="已办结")
    office.decide(f"{number}/1", "examine", "Z02", as_of=at(23))
    office.decide(number, "deliver", "Z01", as_of=at(24), delivered_on="2026-03-24", summary="已修复")
    office.decide(number, "close", "D01", as_of=at(25))
    office.decide(number, "archive", "Z01", as_of=at(1, month=4), choice="信访人申请复查")
    office.decide(number, "review", "Z01", as_of=at(27, month=4), result="维持")
    office.decide(number, "archive", "Z01", as_of=at(20, month=5), choice="信访人申请复核")
    return number


class TestSuspending:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            pytest.param({"basis": ""}, "法律依据", id="without a legal basis"),
            pytest.param({"basis": " 　"}, "法律依据", id="on blanks"),
            pytest.param({"reason": " "}, "写明理由", id="without a reason"),
            pytest.param({"officer": "Z01"}, "信访办主任", id="by a clerk"),
            pytest.param({"officer": "L-SZJ"}, "信访办主任", id="by the unit itself"),
            pytest.param({"when": at(7, month=5)}, "届满", id="after the last day"),
            pytest.param({"ground": HEARING, "basis": ""}, "没有扣除听证时间的规定", id="for a hearing outside a re-review"),
            pytest.param({"rule": "sign_in"}, "已停止", id="of a limit that has ended"),
        ],
    )
    def test_is_refused(self, office: Office, change: dict[str, object], said: str) -> None:
        number = signed(office)
        before = {key: clock.model_dump() for key, clock in office.clocks(number).items()}, len(office.events(number))
        with pytest.raises(CaseworkError, match=said):
            suspend(office, number, **change)  # type: ignore[arg-type]
        after = {key: clock.model_dump() for key, clock in office.clocks(number).items()}, len(office.events(number))
        assert (after, suspensions(office)) == (before, [])

    def test_of_a_suspended_limit_is_refused(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number)
        with pytest.raises(CaseworkError, match="不能中止"):
            suspend(office, number, when=at(24))
        assert len(suspensions(office)) == 1

    @pytest.mark.parametrize("when", [at(6, 0, month=5), at(6, 23, month=5)], ids=["its first hour", "its last hour"])
    def test_is_possible_on_the_last_day(self, office: Office, when: datetime) -> None:
        number = signed(office)
        suspend(office, number, when=when)
        assert office.clocks(number)["assign"].state is ClockState.SUSPENDED

    def test_puts_reason_basis_and_approval_on_record_and_seals_what_was_typed(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number, reason="等待王某的鉴定")
        (row,), event = suspensions(office), office.events(number)[-1]
        assert (row.basis, row.approver_code, row.began_on, row.ended_on) == (LAW, "D01", day("2026-03-23"), None)
        assert vault().open(row.reason_sealed) == "等待王某的鉴定"
        assert (event.event, event.actor_code, event.facts["basis"]) == (Event.SUSPEND_CLOCK, "D01", LAW)
        assert "王某" not in str(event.facts)

    def test_for_a_hearing_in_a_re_review_cites_the_article_itself(self, office: Office) -> None:
        number = re_reviewed(office)
        suspend(office, number, "re_review", when=at(1, month=6), basis="", ground=HEARING)
        assert suspensions(office)[0].basis.startswith("信访工作条例 第三十六条")
        assert "听证时间不计算在内" in suspensions(office)[0].basis
        resume(office, number, "re_review", when=at(9, month=6))
        clock = office.clocks(number)["re_review"]
        assert (clock.raw_due_on, clock.due_on) == (day("2026-06-27"), day("2026-06-29"))

    def test_leaves_every_other_limit_alone(self, office: Office) -> None:
        number = signed(office)
        before = office.clocks(number)["objection"].model_dump()
        suspend(office, number, when=at(5))
        resume(office, number, when=at(9))
        assert office.clocks(number)["objection"].model_dump() == before


class TestResuming:
    @pytest.mark.parametrize(
        ("prepare", "change", "said"),
        [
            pytest.param(None, {}, "没有中止", id="a running limit"),
            pytest.param(suspend, {"reason": " "}, "写明理由", id="without a reason"),
            pytest.param(suspend, {"officer": "L-SZJ"}, "须由", id="by the unit itself"),
            pytest.param(suspend, {"happened": at(22)}, "早于", id="before it was suspended"),
        ],
    )
    def test_is_refused(self, office: Office, prepare: Callable[..., None] | None, change: dict[str, object], said: str) -> None:
        number = signed(office)
        if prepare:
            prepare(office, number)
        before = office.clocks(number)["assign"].model_dump()
        with pytest.raises(CaseworkError, match=said):
            resume(office, number, **change)  # type: ignore[arg-type]
        assert office.clocks(number)["assign"].model_dump() == before

    @pytest.mark.parametrize(
        ("rule", "began", "ended", "days", "raw", "due"),
        [
            pytest.param("assign", at(23), at(23, 17), 0, "2026-05-02", "2026-05-06", id="the same day: nothing is lost"),
            pytest.param("assign", at(23), at(24), 1, "2026-05-03", "2026-05-06", id="one night"),
            pytest.param("assign", at(20), at(23), 3, "2026-05-05", "2026-05-06", id="a weekend counts in calendar days"),
            pytest.param("assign", at(23), at(22, month=4), 30, "2026-06-01", "2026-06-01", id="thirty calendar days"),
            pytest.param("report_examination", at(24), at(26), 2, "2026-03-31", "2026-03-31", id="two working days"),
            pytest.param("report_examination", at(27), at(30), 1, "2026-03-30", "2026-03-30", id="a weekend is no working day"),
            pytest.param(
                "report_examination", at(27), at(7, month=4), 6, "2026-04-07", "2026-04-07", id="nor is the tomb-sweeping holiday"
            ),
        ],
    )
    def test_gives_back_the_days_it_stood_in_the_limits_own_unit(
        self, office: Office, rule: str, began: datetime, ended: datetime, days: int, raw: str, due: str
    ) -> None:
        number = signed(office)
        if rule == "report_examination":
            office.decide(f"{number}/1", "report", "L-SZJ", as_of=at(20), text="已办结")
        suspend(office, number, rule, when=began)
        resume(office, number, rule, when=ended)
        clock = office.clocks(number)[rule]
        assert (clock.suspended_days, suspensions(office)[0].days) == (days, days)
        assert (clock.state, clock.raw_due_on, clock.due_on) == (ClockState.RUNNING, day(raw), day(due))

    @pytest.mark.parametrize(
        "began", [at(3, month=5), at(6, month=5)], ids=["on a holiday before the last day", "on the last day"]
    )
    def test_never_leaves_less_than_was_left(self, office: Office, began: datetime) -> None:
        """The limit rolled to 6 May and had not passed when it was suspended, so it cannot have passed when it goes on."""
        number = signed(office)
        suspend(office, number, when=began)
        resume(office, number, when=at(11, month=5))
        assert office.clocks(number)["assign"].due_on >= day("2026-05-11")

    def test_twice_adds_the_days_up(self, office: Office) -> None:
        number = signed(office)
        for on in (9, 16):
            suspend(office, number, when=at(on))
            resume(office, number, when=at(on + 3))
        clock = office.clocks(number)["assign"]
        assert (clock.suspended_days, clock.raw_due_on) == (6, day("2026-05-08"))

    def test_and_an_extension_are_both_counted_from_the_original_start(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number, when=at(9))
        resume(office, number, when=at(14))
        office.decide(
            f"{number}/1", "report", "L-SZJ", as_of=at(20), choice="申请延期", days="30", approver="局长", text="需要鉴定"
        )
        office.decide(f"{number}/1", "decide_extension", "D01", as_of=at(21))
        assert office.clocks(number)["assign"].raw_due_on == day("2026-03-03") + timedelta(days=60 + 5 + 30)

    def test_says_in_words_why_the_date_is_what_it_is(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number)
        resume(office, number, when=at(26))
        clock, event = office.clocks(number)["assign"], office.events(number)[-1]
        with office.database.read() as session:
            lines = _lines(session, office, number)
        assert "中止：中止计时 3 日，不计入" in clock.why
        assert lines == [f"中止：2026-03-23 至 2026-03-26，其他（须写明法律依据）；依据：{LAW}；批准人工号 D01"]
        assert (event.facts["before"], event.facts["after"]) == ("2026-05-06", "2026-05-06")


def _lines(session: Session, office: Office, number: str) -> list[str]:
    return suspension_lines(session, office.clocks(number)["assign"])
