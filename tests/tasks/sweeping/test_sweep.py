"""The sweep on both databases: every limit climbs its ladder, each step once, and nothing leaves at night."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlmodel import col, select

from models.clock import Clock, ClockRung
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event, Flag
from models.vocabulary.limits import ClockOwner, ClockState, RungFate
from models.vocabulary.papers import Letter, MessageState
from models.vocabulary.people import Proof
from notifications.rendering import render
from rules.zone import SHANGHAI, legal_day
from tasks.casework.meetings import MeetingTask, convene
from tasks.casework.suspending import resume_clock, suspend_clock
from tasks.forms.registration import IntakeForm
from tasks.keeping.vault import vault
from tasks.record.act import Who
from tasks.record.cases import lock_case
from tasks.runs.announcements import Announcement, note_announced, unannounced
from tasks.submit import put_on_file, try_to_register
from tasks.sweeping.sweep import SweepReport, due_clocks, sweep
from trials.harness.office import Office, day

L = Letter
ACTED, BY_HAND, OVERTAKEN = "acted", "by_hand", "overtaken"
LIGHTS = ("warn_50", "warn_75", "warn_90", "warn_100")
CALLING = {"choice": "电话催办", "text": "询问进度"}
WRITING = {"choice": "书面催办", "text": "请抓紧"}
SUPERVISING = {"choice": "督办", "ground": "推诿、敷衍、拖延", "text": "请说明原因"}


def on(text: str, hour: int = 0, minute: int = 5) -> datetime:
    """An instant of a day (of 2026, unless it says so), just after midnight unless told otherwise."""
    return datetime.combine(day(text if len(text) > 5 else f"2026-{text}"), time(hour, minute), tzinfo=SHANGHAI)


def shown(instant: date) -> str:
    return f"{instant:%m-%d}"


def signed(office: Office, *units: str, start: str = "03-02", **paper: Any) -> str:
    """Assigned on the start day; all units signed on the next: sixty days from 3 March end on 6 May."""
    number = office.assigned(*(units or ("市住建局",)), as_of=on(start, 9), **paper)
    for share, liaison in zip(office.shares(number), ("L-SZJ", "L-JDB"), strict=False):
        office.decide(f"{number}/{share.position}", "sign_in", liaison, as_of=on(start, 9) + timedelta(days=1))
    office.send_letters(as_of=on(start, 10) + timedelta(days=1))
    return number


def look(office: Office, *days: str) -> SweepReport:
    """Sweep just after midnight of some days; what the last sweep did."""
    return [sweep(office.database, as_of=on(text)) for text in days][-1]


def live(office: Office, first: str, last: str) -> None:
    """Let every day from the first to the last pass: a sweep at night, letters at night and in the morning."""
    now = on(first)
    while now <= on(last):
        sweep(office.database, as_of=now)
        office.send_letters(as_of=now)
        office.send_letters(as_of=now + timedelta(hours=9))
        now += timedelta(days=1)


def rungs(office: Office, number: str, rule: str = "assign") -> list[ClockRung]:
    """The rungs of a limit that are over, in their order."""
    query = select(ClockRung).where(ClockRung.clock_id == office.clocks(number)[rule].id).order_by(col(ClockRung.id))
    with office.database.read() as session:
        return list(session.exec(query))


def fates(office: Office, number: str, rule: str = "assign") -> dict[str, str]:
    return {rung.key: rung.fate.value for rung in rungs(office, number, rule)}


def recorded(office: Office, number: str, rule: str = "assign") -> dict[str, str]:
    """On which day each step was acted on."""
    return {one.key: shown(legal_day(one.recorded_at)) for one in rungs(office, number, rule) if one.fate is RungFate.ACTED}


def messages(office: Office, number: str, rule: str = "assign") -> list[OutboxMessage]:
    clock = office.clocks(number)[rule]
    return [letter for letter in office.letters(number) if letter.clock_id == clock.id]


def alive(office: Office, number: str, rule: str = "assign") -> list[Letter]:
    return [message.letter for message in messages(office, number, rule) if message.state is not MessageState.CANCELLED]


def left(office: Office, number: str, rule: str = "assign") -> list[tuple[str, Letter]]:
    """What left on a limit's account, with the day."""
    sent = [message for message in messages(office, number, rule) if message.sent_at]
    return [(shown(legal_day(message.sent_at)), message.letter) for message in sent if message.sent_at]


def text_of(letter: OutboxMessage) -> str:
    return render(letter.letter, vault().open_facts(letter.facts_sealed)).text


def suspend(office: Office, number: str, rule: str, when: datetime) -> None:
    with office.database.write() as session:
        act, clock = office.act(session, "D01", when), office.clocks(number)[rule]
        suspend_clock(lock_case(session, number), clock.number, act=act, reason="委托鉴定", basis="某市信访条例 第一条")


def resume(office: Office, number: str, rule: str, when: datetime) -> None:
    with office.database.write() as session:
        resume_clock(
            lock_case(session, number), office.clocks(number)[rule].number, act=office.act(session, "D01", when), reason="已鉴定"
        )


def extend(office: Office, number: str, asked: datetime, granted: datetime) -> None:
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=asked, choice="申请延期", days="10", approver="局长", text="需要鉴定")
    office.decide(f"{number}/1", "decide_extension", "D01", as_of=granted)


def report(office: Office, number: str, when: datetime) -> None:
    office.decide(f"{number}/1", "report", "L-SZJ", as_of=when, outcome="诉求支持", text="已修复电梯。")


class TestTheLadder:
    def test_of_an_assigned_petition_is_climbed_day_by_day(self, office: Office) -> None:
        number = signed(office)
        live(office, "03-04", "06-08")
        assert recorded(office, number) == {
            "warn_50": "04-02",
            "warn_75": "04-17",
            "warn_90": "04-26",
            "warn_100": "05-06",
            "missed": "05-07",
            "urge": "05-07",
            "supervise": "05-13",
            "to_leader": "05-21",
            "to_chairs": "06-05",
        }
        assert left(office, number) == [
            ("04-02", L.DEADLINE_WARNING),
            ("04-17", L.DEADLINE_WARNING),
            ("04-27", L.DEADLINE_WARNING),
            ("05-06", L.DEADLINE_WARNING),
            ("05-07", L.URGING_LETTER),
            ("05-13", L.SUPERVISION_LETTER),
            ("05-21", L.LEADER_REPORT),
            ("06-05", L.CHAIRS_REPORT),
        ]

    @pytest.mark.parametrize("stuck_at", ["screen", "propose", "approve"])
    def test_of_an_unassigned_petition_is_climbed_too(self, office: Office, stuck_at: str) -> None:
        number = office.register(as_of=on("03-02", 9))
        if stuck_at != "screen":
            office.decide(
                number, "screen", "Z01", as_of=on("03-02", 9), petition_class="申诉求决", content_code="城乡建设/物业服务"
            )
        if stuck_at == "approve":
            office.decide(number, "propose", "Z01", as_of=on("03-02", 9), way="交办", lead="市住建局", opinion="建议交办")
        live(office, "03-03", "04-17")
        assert left(office, number, "divert") == [
            ("03-10", L.DEADLINE_ALERT),
            ("03-16", L.DEADLINE_ALERT),
            ("03-17", L.DEADLINE_ALERT),
            ("03-18", L.OVERDUE_ALERT),
            ("04-01", L.LEADER_REPORT),
            ("04-16", L.CHAIRS_REPORT),
        ]
        assert {message.addressee for message in messages(office, number, "divert")} == {"市人大常委会信访办公室"}

    def test_of_a_paper_that_could_not_be_registered_is_climbed_until_it_is(self, office: Office) -> None:
        draft = not_registered()
        live(office, "03-03", "03-17")
        assert left(office, draft, "register") == [("03-03", L.OVERDUE_ALERT), ("03-17", L.LEADER_REPORT)]
        assert {one.petition_no for one in waiting(office)} == {draft}
        office.decide(draft, "correct", "Z01", as_of=on("03-17", 10), receipt_on="2026-03-02")
        assert running(office) == {"divert", "notify"}

    def test_names_the_ground_of_a_supervision_in_article_40(self, office: Office) -> None:
        number = signed(office)
        look(office, "05-06", "05-07", "05-13")
        (letter,) = [one for one in messages(office, number) if one.letter is L.SUPERVISION_LETTER]
        assert "第四十条" in text_of(letter)
        assert "存在拖延的情形" in text_of(letter)

    def test_runs_for_three_owners_at_once(self, office: Office) -> None:
        """One unit works, the other's report is examined by the office, and the upstream letter has its own limit."""
        number = signed(office, "市住建局", "某街道办事处", upstream_due_on=day("2026-04-30"))
        report(office, number, on("03-20", 9))
        look(office, "03-28", "04-24", "05-07")
        late = {key: clock.owner for key, clock in office.clocks(number).items() if "missed" in fates(office, number, key)}
        assert late == {"assign": ClockOwner.HANDLER, "report_examination": ClockOwner.OFFICE, "upstream": ClockOwner.UPSTREAM}

    def test_lets_a_promised_day_remind_the_office(self, office: Office) -> None:
        number = signed(office)
        office.decide(number, "oversee", "Z01", as_of=on("03-10", 9), promised_on="2026-03-13", **CALLING)
        look(office, "03-12", "03-13")
        assert list(fates(office, number, "promise")) == ["warn_100"]
        assert L.DEADLINE_ALERT in alive(office, number, "promise")

    @pytest.mark.parametrize("right", ["objection", "review_request"])
    def test_is_never_climbed_for_a_right(self, office: Office, right: str) -> None:
        number = signed(office)
        if right == "review_request":
            close(office, number)
        live(office, "03-27", "05-30")
        clock = office.clocks(number)[right]
        assert clock.due_on < day("2026-05-30")
        assert (clock.duty, rungs(office, number, right), messages(office, number, right)) == (False, [], [])


class TestWhatPeopleDo:
    @pytest.mark.parametrize(
        ("officer", "answer"),
        [
            pytest.param("Z01", {"choice": "记录办理情况", "text": "家访"}, id="a comment"),
            pytest.param("Z01", CALLING, id="a call"),
            pytest.param("Z01", WRITING, id="an urging letter"),
            pytest.param("D01", SUPERVISING, id="a supervision"),
        ],
    )
    def test_before_the_due_day_changes_nothing(self, office: Office, officer: str, answer: dict[str, str]) -> None:
        number = signed(office)
        look(office, "04-02")
        before = office.clocks(number)["assign"].model_dump()
        office.decide(number, "oversee", officer, as_of=on("05-06", 9), **answer)
        assert office.clocks(number)["assign"].model_dump() == before
        look(office, "05-07")
        assert fates(office, number)["urge"] == ACTED

    @pytest.mark.parametrize("when", ["05-07", "05-12", "05-20"])
    def test_as_a_comment_never_resets_a_missed_limit(self, office: Office, when: str) -> None:
        number = signed(office)
        live(office, "05-06", when)
        before = office.clocks(number)["assign"].model_dump(), fates(office, number)
        office.decide(number, "oversee", "Z01", as_of=on(when, 10), choice="记录办理情况", text="已与经办人通话")
        assert (office.clocks(number)["assign"].model_dump(), fates(office, number)) == before

    @pytest.mark.parametrize(
        ("officer", "answer", "climbed", "following"),
        [
            pytest.param("Z01", CALLING, {"urge": BY_HAND}, ("supervise", "05-13"), id="a call"),
            pytest.param("Z01", WRITING, {"urge": BY_HAND}, ("supervise", "05-13"), id="an urging letter"),
            pytest.param(
                "D01", SUPERVISING, {"urge": OVERTAKEN, "supervise": BY_HAND}, ("to_leader", "05-21"), id="a supervision"
            ),
            pytest.param(
                "Z01",
                {"choice": "报告分管副主任", "text": "久拖未办"},
                {"urge": OVERTAKEN, "supervise": OVERTAKEN, "to_leader": BY_HAND},
                ("to_chairs", "06-05"),
                id="a report",
            ),
            pytest.param(
                "Z01",
                {"choice": "提请主任会议", "text": "久拖未办"},
                {"urge": OVERTAKEN, "supervise": OVERTAKEN, "to_leader": OVERTAKEN, "to_chairs": BY_HAND},
                None,
                id="the chairs' meeting",
            ),
        ],
    )
    def test_after_the_due_day_moves_the_ladder_on(
        self, office: Office, officer: str, answer: dict[str, str], climbed: dict[str, str], following: tuple[str, str] | None
    ) -> None:
        number = signed(office)
        look(office, "05-06")
        office.decide(number, "oversee", officer, as_of=on("05-07", 0, 1), **answer)
        live(office, "05-07", "05-12")
        clock, found = office.clocks(number)["assign"], fates(office, number)
        assert {key: fate for key, fate in found.items() if key not in LIGHTS} == climbed | {"missed": ACTED}
        assert (clock.next_rung, clock.next_rung_at) == ((following[0], on(following[1], 0, 0)) if following else (None, None))
        assert not {L.URGING_LETTER, L.SUPERVISION_LETTER} & set(alive(office, number))

    def test_as_a_report_withdraws_the_waiting_message(self, office: Office) -> None:
        number = signed(office)
        look(office, "04-02")
        report(office, number, on("04-02", 8))
        office.send_letters(as_of=on("04-02", 9))
        assert [message.state for message in messages(office, number)] == [MessageState.CANCELLED]
        assert not look(office, "05-20").faults
        assert fates(office, number) == {"warn_50": ACTED}

    @pytest.mark.parametrize("changed", ["extended", "suspended"])
    def test_to_the_limit_itself_withdraws_a_message_with_the_old_date(self, office: Office, changed: str) -> None:
        """On the last day the message that it ends today waits for the office to open; meanwhile that is no longer so."""
        number = signed(office)
        look(office, "05-06")
        if changed == "extended":
            extend(office, number, on("05-06", 8, 0), on("05-06", 8, 10))
        else:
            suspend(office, number, "assign", on("05-06", 8))
        office.send_letters(as_of=on("05-06", 9))
        assert left(office, number) == []

    def test_as_an_extension_lays_the_rungs_out_anew_and_tells_the_petitioner(self, office: Office) -> None:
        number = signed(office)
        live(office, "04-02", "04-20")
        extend(office, number, on("04-21", 9), on("04-21", 10))
        live(office, "04-21", "05-13")
        assert recorded(office, number) == {
            "warn_50": "04-02",
            "warn_75": "04-17",
            "warn_90": "05-05",
            "warn_100": "05-12",
            "missed": "05-13",
            "urge": "05-13",
        }
        (notice,) = [letter for letter in office.letters(number) if letter.letter is L.EXTENSION_NOTICE]
        assert "2026年5月12日" in text_of(notice)

    def test_as_a_report_that_is_sent_back_lets_the_ladder_go_on_where_it_stood(self, office: Office) -> None:
        number = signed(office)
        live(office, "04-01", "04-19")
        report(office, number, on("04-20", 9))
        live(office, "04-21", "04-27")
        assert list(fates(office, number)) == ["warn_50", "warn_75"]
        office.decide(
            f"{number}/1", "examine", "Z02", as_of=on("04-27", 9), choice="退回重办", failed="事实清楚", reason="请补充"
        )
        live(office, "04-28", "05-07")
        assert recorded(office, number) == {
            "warn_50": "04-02",
            "warn_75": "04-17",
            "warn_90": "04-28",
            "warn_100": "05-06",
            "missed": "05-07",
            "urge": "05-07",
        }


class TestCatchingUp:
    @pytest.mark.parametrize(
        ("last", "back", "message", "overtaken"),
        [
            pytest.param("04-01", "04-08", L.DEADLINE_WARNING, (), id="a week with one light"),
            pytest.param("03-04", "04-18", L.DEADLINE_WARNING, ("warn_50",), id="two lights late"),
            pytest.param("05-06", "05-13", L.SUPERVISION_LETTER, ("urge",), id="the week after the due day"),
            pytest.param("05-06", "06-15", L.CHAIRS_REPORT, ("urge", "supervise", "to_leader"), id="forty days"),
            pytest.param("03-04", "06-15", L.CHAIRS_REPORT, (*LIGHTS, "urge", "supervise", "to_leader"), id="never swept before"),
        ],
    )
    def test_says_once_what_still_makes_sense(
        self, office: Office, last: str, back: str, message: Letter, overtaken: tuple[str, ...]
    ) -> None:
        number = signed(office)
        look(office, last)
        office.send_letters(as_of=on(last, 9))
        before = len(office.letters(number))
        live(office, back, back)
        assert [letter.letter for letter in office.letters(number)[before:]] == [message]
        assert {key for key, fate in fates(office, number).items() if fate == OVERTAKEN} >= set(overtaken)
        assert (fates(office, number).get("missed") == ACTED) is (back > "05-06")

    def test_a_weekend_gives_one_letter_on_monday(self, office: Office) -> None:
        """Of the office's fifteen days 75 % are gone on Saturday and 90 % on Monday."""
        number = office.register(as_of=on("03-02", 9))
        live(office, "03-11", "03-15")
        assert (list(recorded(office, number, "divert")), left(office, number, "divert")[1:]) == (["warn_50", "warn_75"], [])
        live(office, "03-16", "03-16")
        assert left(office, number, "divert")[1:] == [("03-16", L.DEADLINE_ALERT)]

    @pytest.mark.parametrize(
        ("rung", "closed", "opens"),
        [
            pytest.param("04-02", [on("04-02"), on("04-02", 8, 29)], on("04-02", 8, 30), id="at night"),
            pytest.param("04-26", [on("04-26", 10), on("04-27", 8, 29)], on("04-27", 8, 30), id="on a Sunday"),
            pytest.param("04-02", [on("04-02", 17, 30), on("04-05", 10)], on("04-07", 9), id="in the evening before a holiday"),
        ],
    )
    def test_nothing_leaves_while_the_office_is_closed_but_is_recorded_at_once(
        self, office: Office, rung: str, closed: list[datetime], opens: datetime
    ) -> None:
        number = signed(office)
        look(office, rung)
        assert shown(legal_day(rungs(office, number)[0].recorded_at)) == rung
        for instant in closed:
            office.send_letters(as_of=instant)
        assert left(office, number) == []
        office.send_letters(as_of=opens)
        assert left(office, number) == [(shown(opens), L.DEADLINE_WARNING)]


class TestStandingStill:
    def test_a_suspended_limit_is_left_alone_and_ends_later_by_the_days_it_stood(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number, "assign", on("04-01", 9))
        live(office, "04-02", "05-19")
        assert rungs(office, number) == []
        resume(office, number, "assign", on("05-20", 9))
        live(office, "05-21", "06-23")
        assert office.clocks(number)["assign"].raw_due_on == day("2026-06-20")
        assert recorded(office, number)["missed"] == "06-23"

    def test_days_that_are_not_counted_light_no_lamp(self, office: Office) -> None:
        """After 20 of 60 days it stands still for 30: half of the counted days are gone ten days after it goes on."""
        number = signed(office)
        suspend(office, number, "assign", on("03-23", 9))
        resume(office, number, "assign", on("04-22", 9))
        live(office, "04-22", "06-02")
        assert {key: when for key, when in recorded(office, number).items() if key in LIGHTS} == {
            "warn_50": "05-02",
            "warn_75": "05-17",
            "warn_90": "05-26",
            "warn_100": "06-01",
        }

    def test_a_report_from_a_suspended_limit_that_is_sent_back_leaves_what_was_left(self, office: Office) -> None:
        number = signed(office)
        suspend(office, number, "assign", on("03-23", 9))
        report(office, number, on("04-22", 9))
        office.decide(
            f"{number}/1", "examine", "Z02", as_of=on("04-22", 10), choice="退回重办", failed="事实清楚", reason="请补充"
        )
        assert office.clocks(number)["assign"].raw_due_on == day("2026-06-01")

    def test_a_historic_petition_has_no_limits(self, office: Office) -> None:
        number = office.register(as_of=on("03-02", 9), flags=frozenset({Flag.HISTORIC}))
        assert (office.clocks(number), look(office, "12-31")) == ({}, SweepReport())

    def test_a_repeat_starts_no_second_sixty_days(self, office: Office) -> None:
        first = signed(office)
        before = {key: (clock.state, clock.due_on) for key, clock in office.clocks(first).items()}
        second = office.register(as_of=on("03-20", 9))
        answer = {"choice": "并入原信访件（重件）", "petition_class": "申诉求决", "content_code": "城乡建设/物业服务"}
        office.decide(second, "screen", "Z01", as_of=on("03-20", 10), parent_number=first, **answer)
        assert {key: (clock.state, clock.due_on) for key, clock in office.clocks(first).items()} == before
        assert {clock.state for clock in office.clocks(second).values()} == {ClockState.STOPPED}
        live(office, "05-06", "05-07")
        assert recorded(office, first)["missed"] == "05-07"
        assert [event.event for event in office.events(second)] == [Event.REGISTER, Event.ATTACH]


class TestEnding:
    def test_closing_leaves_only_the_file_and_the_petitioners_right(self, office: Office) -> None:
        number = signed(office, upstream_due_on=day("2026-04-30"))
        close(office, number)
        assert running(office) == {"archive", "review_request"}
        office.send_letters(as_of=on("03-30", 9))
        office.decide(number, "archive", "A01", as_of=on("03-30", 10))
        assert (running(office), look(office, "2027-06-01").acted) == (set(), 0)

    @pytest.mark.parametrize("owed", ["an answer to a supervision", "a meeting's task"])
    def test_closing_a_referral_leaves_no_limit_of_a_unit_behind(self, office: Office, owed: str) -> None:
        number = office.register(as_of=on("03-02", 9))
        office.decide(number, "screen", "Z01", as_of=on("03-02", 9), petition_class="申诉求决", content_code="城乡建设/物业服务")
        office.decide(number, "propose", "Z01", as_of=on("03-02", 9), way="转送", lead="市住建局", opinion="建议转送")
        office.decide(number, "approve", "D01", as_of=on("03-02", 9))
        if owed == "a meeting's task":
            with office.database.write() as session:
                task = MeetingTask(position=1, due_on=day("2026-03-13"), task="核查合同")
                convene(
                    lock_case(session, number), act=office.act(session, "Z01", on("03-03", 9)), meeting="碰头会", tasks=(task,)
                )
        look(office, "03-06", "03-12")
        office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=on("03-12", 9))
        office.decide(number, "close", "D01", as_of=on("03-12", 10))
        assert (running(office), look(office, "03-20").faults) == ({"archive"}, [])


class TestSafety:
    def test_a_second_sweep_at_the_same_instant_does_nothing(self, office: Office) -> None:
        number = signed(office)
        assert look(office, "05-14").acted == 2
        before = len(office.events(number)), len(office.letters(number)), fates(office, number)
        assert look(office, "05-14") == SweepReport()
        assert (len(office.events(number)), len(office.letters(number)), fates(office, number)) == before

    def test_a_fault_in_one_limit_is_named_and_holds_up_no_other(self, office: Office) -> None:
        numbers = [signed(office) for _ in range(3)]
        change(office, numbers[1], pack_version="lost@2000-01-01")
        found = look(office, "04-02")
        assert [fates(office, number) for number in numbers] == [{"warn_50": ACTED}, {}, {"warn_50": ACTED}]
        assert found.faults == [f"{numbers[1]} #{office.clocks(numbers[1])['assign'].number} warn_50: PackError"]
        change(office, numbers[1], pack_version=office.petition(numbers[0]).pack_version)
        assert sweep(office.database, as_of=on("04-02", 2)).faults == []
        assert fates(office, numbers[1]) == {"warn_50": ACTED}

    @pytest.mark.parametrize(("table", "column"), [("clock", "owner"), ("petition", "state")], ids=["limit", "petition"])
    def test_what_cannot_be_read_of_one_is_put_off_and_holds_up_no_other(self, office: Office, table: str, column: str) -> None:
        numbers = [signed(office) for _ in range(3)]
        row = office.clocks(numbers[1])["assign"].id if table == "clock" else office.petition(numbers[1]).id
        with office.database.engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = 'nonsense' WHERE id = :row"), {"row": row})
        found = look(office, "04-02")
        assert [fates(office, number) for number in (numbers[0], numbers[2])] == [{"warn_50": ACTED}] * 2
        assert [line.split(" ")[0] for line in found.faults] == [numbers[1]]
        assert look(office, "04-02").faults == []

    def test_a_limit_is_looked_at_again_before_it_is_acted_on(self, office: Office) -> None:
        """Both limits were found due; while the first was acted on, the second one's unit reported."""
        first, second = signed(office), signed(office)
        meanwhile = once(lambda: report(office, second, on("04-02", 0, 6)))
        sweep(office.database, as_of=on("04-02", 0, 7), batch=1, tick=meanwhile)
        assert (fates(office, first), fates(office, second)) == ({"warn_50": ACTED}, {})

    def test_a_petition_in_somebodys_hands_waits_for_the_next_sweep(self, office: Office) -> None:
        if office.database.is_sqlite:
            pytest.skip("one writer at a time: nobody can be passed over")
        held, free = signed(office), signed(office)
        with office.database.write() as session:
            session.exec(select(Petition).where(Petition.number == held).with_for_update()).one()
            look(office, "04-02")
        assert (fates(office, held), fates(office, free)) == ({}, {"warn_50": ACTED})
        look(office, "04-02")
        assert fates(office, held) == {"warn_50": ACTED}

    def test_what_is_due_is_found_by_its_index(self, office: Office) -> None:
        said: list[tuple[str, object]] = []
        listen(office.database.engine, "before_cursor_execute", lambda _c, _k, sql, given, *_more: said.append((sql, given)))
        with office.database.read() as session:
            due_clocks(session, as_of=on("04-02"), limit=1000)
            (sql, given), plan = said[-1], "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
            if not office.database.is_sqlite:
                session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table so small is read whole
            found = session.connection().exec_driver_sql(f"{plan} {sql}", given).all()  # type: ignore[arg-type]
        assert "ix_clock_next_step" in str(found)

    @pytest.mark.parametrize(
        ("budget", "sweeps"), [(None, 1), (0.0, 5)], ids=["without a budget at once", "without time one by one"]
    )
    def test_batches_go_on_until_nothing_is_left(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, budget: float | None, sweeps: int
    ) -> None:
        monkeypatch.setattr("tasks.sweeping.sweep.LOOK", 2)  # five limits take three looks
        for _ in range(5):
            office.register(as_of=on("03-02", 9))
        acted = [sweep(office.database, as_of=on("03-10"), budget=budget, batch=1).acted for _ in range(sweeps)]
        assert (sum(acted), look(office, "03-10")) == (5, SweepReport())


class TestProvisionalDates:
    @pytest.mark.parametrize(
        ("letter", "date_shown"),
        [
            pytest.param(L.DEADLINE_WARNING, "2027年1月12日（暂定）", id="a warning"),
            pytest.param(L.EXTENSION_NOTICE, "2027年1月12日（暂定）", id="the extension that the petitioner is told of"),
            pytest.param(L.URGING_LETTER, "2027年1月12日（暂定）", id="an urging"),
            pytest.param(L.SUPERVISION_LETTER, "2027年1月26日（暂定）", id="the day for the answer to a supervision"),
            pytest.param(L.LEADER_REPORT, "2027年1月12日（暂定）", id="a report"),
        ],
    )
    def test_are_marked_in(self, office: Office, letter: Letter, date_shown: str) -> None:
        """The calendar of 2027 is not there: whatever ends in that year may still move."""
        number = signed(office, start="2026-11-02")
        extend(office, number, on("12-28", 9), on("12-28", 10))
        look(office, "2027-01-12", "2027-01-13", "2027-01-19", "2027-01-27")
        written = [text_of(one) for one in office.letters(number) if one.letter is letter]
        assert date_shown in written[0]


class TestAnnouncements:
    def test_name_each_step_once_under_an_id_that_stays(self, office: Office) -> None:
        number = signed(office)
        look(office, "04-18")
        office.decide(number, "oversee", "Z01", as_of=on("05-07", 0, 1), **CALLING)
        look(office, "05-07")
        told = waiting(office)
        assert [(one.event.rpartition(".")[2], one.payload["step"], one.payload["by"]) for one in told] == [
            ("warned", "warn_75", "sweep"),
            ("escalated", "urge", "hand"),
            ("missed", "missed", "sweep"),
        ]
        look(office, "05-08")
        assert [one.id for one in waiting(office)] == [one.id for one in told]
        assert len({one.id for one in told}) == 3

    def test_end_when_the_engine_has_taken_them(self, office: Office) -> None:
        signed(office)
        look(office, "05-14")
        with office.database.write() as session:
            note_announced(session, [one.rung_id for one in unannounced(session)])
        assert waiting(office) == []
        look(office, "05-22")
        assert [one.payload["step"] for one in waiting(office) if one.payload["rule"] == "assign"] == ["to_leader"]

    def test_keep_their_id_when_a_paper_gets_its_number(self, office: Office) -> None:
        draft = not_registered()
        look(office, "03-03")
        before = [one.id for one in waiting(office)]
        office.decide(draft, "correct", "Z01", as_of=on("03-03", 10), receipt_on="2026-03-02")
        assert [one.id for one in waiting(office)] == before

    def test_carry_codes_and_dates_only(self, office: Office) -> None:
        number = signed(office, title="反映某小区电梯")
        look(office, "05-14")
        said = json.dumps([one.payload for one in waiting(office)], ensure_ascii=False)
        assert said.isascii()
        assert "1380000" not in said
        assert {one.petition_no for one in waiting(office)} == {number}


def not_registered() -> str:
    """Fill in an intake form on 2 March with a day of receipt that cannot be; the draft waits to be corrected."""
    form, who = IntakeForm(receipt_on=day("2099-01-01"), name="试验甲", content="先收下的内容"), Who("Z01", Proof.NONE)
    draft = put_on_file(form, who, key="paper", as_of=on("03-02", 9))
    assert try_to_register(draft, form, who, as_of=on("03-02", 9)) is None
    return draft


def close(office: Office, number: str) -> None:
    """Bring a signed petition to its closing on 26 March."""
    report(office, number, on("03-20", 9))
    office.decide(f"{number}/1", "examine", "Z02", as_of=on("03-23", 9))
    office.decide(number, "deliver", "Z01", as_of=on("03-24", 9), delivered_on="2026-03-24", summary="电梯已修复")
    office.decide(number, "close", "D01", as_of=on("03-26", 9))


def running(office: Office) -> set[str]:
    with office.database.read() as session:
        return set(session.exec(select(Clock.rule_key).where(Clock.state == ClockState.RUNNING)))


def waiting(office: Office) -> list[Announcement]:
    with office.database.read() as session:
        return unannounced(session)


def change(office: Office, number: str, **columns: object) -> None:
    with office.database.write() as session:
        petition = session.exec(select(Petition).where(Petition.number == number)).one()
        for column, value in columns.items():
            setattr(petition, column, value)


def once(action: Callable[[], None]) -> Callable[[SweepReport], None]:
    """Do something after the first batch, and only then."""
    left_to_do = [action]
    return lambda _report: left_to_do.pop()() if left_to_do else None
