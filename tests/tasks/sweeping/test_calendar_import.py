"""Importing a calendar: what moves, what stays, who is told, and that all of it can be taken back."""

import re
from datetime import date, datetime, time, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from sqlmodel import col, select

from models.calendar_import import CalendarImport, CalendarMove
from models.case_event import CaseEvent
from models.clock import Clock
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Channel, Event, Step
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from notifications.rendering import render
from rules.data.calendar_files import CalendarFile
from rules.data.notice import read_calendar_text
from rules.errors import CaseworkError
from rules.zone import SHANGHAI
from tasks.casework.drafts import Person, Registration, register_now
from tasks.casework.suspending import resume_clock, suspend_clock
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.limits.ladder import schedule
from tasks.limits.rulebook import calendar
from tasks.reading.casefile import case_file, form_description
from tasks.reading.listing import ListFilter, list_petitions
from tasks.record.cases import find_petition, lock_case
from tasks.record.verifying import verify
from tasks.sweeping import calendar_import
from tasks.sweeping.calendar_import import Applied, Move, import_calendar, open_provisional, preview, recount, roll_back
from tasks.sweeping.sweep import sweep
from tests.conftest import WANTED
from trials.harness.office import Office, day

# What is counted and said is the same on every database; what is locked, written and undone is tried on each.
once = pytest.mark.parametrize("casework", WANTED[:1], indirect=True)

NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕9号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　经国务院批准，现将2027年元旦、春节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。1月10日（周日）上班。
　　二、春节：2月5日（农历除夕、周五）至13日（周六）放假调休，共9天。1月31日（周日）、2月20日（周六）上班。

国务院办公厅
2026年11月5日
"""
"""An invented notice: nobody knows the real one of 2027 yet."""
CORRECTION = NOTICE.replace("4日（周一）放假调休，共4天。1月10日（周日）上班", "3日（周日）放假，共3天")
CITY_DAY = 'scope = "local"\n[[rest]]\nholiday = "市庆"\nfrom = 2027-01-05\n'
CITY_DAYS = CITY_DAY.replace("01-05", "01-10\nto = 2027-01-11")
ARRIVES = datetime(2026, 12, 31, 9, 0, tzinfo=SHANGHAI)
LATER, SAME, EARLIER = "2026-12-20", "2026-12-28", "2026-12-26"
"""Receipt days whose fifteen days end, by the notice, on 5 January for the 4th, as before, and on the 10th for the 11th."""


def on(text: str, hour: int = 9) -> datetime:
    """An instant of a day."""
    return datetime.combine(day(text), time(hour), tzinfo=SHANGHAI)


def found(text: str = NOTICE) -> CalendarFile:
    return read_calendar_text("通知.txt", text)


def bring(office: Office, text: str = NOTICE, *, when: datetime = ARRIVES, officer: str = "D01") -> Applied:
    """Let a calendar arrive."""
    with office.database.write(alone=True) as session:
        return import_calendar(session, found(text), act=office.act(session, officer, when))


def take_back(office: Office, applied: Applied | int | None, *, when: datetime = ARRIVES + timedelta(days=1)) -> Applied:
    number = applied.import_id if isinstance(applied, Applied) else applied
    with office.database.write(alone=True) as session:
        return roll_back(session, number or 0, act=office.act(session, "D01", when))


def look_ahead(office: Office, text: str = NOTICE) -> tuple[Move, ...]:
    with office.database.read() as session:
        return preview(session, found(text))


def allow_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINFANG_CALENDAR_MOVES_EARLIER", "true")
    settings.cache_clear()


def received(office: Office, text: str = LATER, **paper: Any) -> str:
    """Receive a paper and register it on the same day."""
    return office.register(as_of=on(text), **paper)


def signed(office: Office, text: str = "2026-12-10", **paper: Any) -> str:
    """Assigned and signed for on one day; from 10 December sixty days end on 8 February, in the Spring Festival."""
    number = office.assigned("市住建局", as_of=on(text), **paper)
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=on(text, 10))
    return number


def limited(office: Office, text: str, limit_on: str) -> str:
    """Assigned by a letter that sets its own limit, and signed for."""
    number = office.register(as_of=on(text))
    office.decide(number, "screen", "Z01", as_of=on(text), petition_class="申诉求决", content_code="城乡建设/物业服务")
    office.decide(number, "propose", "Z01", as_of=on(text), way="交办", lead="市住建局", opinion="建议交办", limit_on=limit_on)
    office.decide(number, "approve", "F01", as_of=on(text), opinion="同意")
    office.decide(f"{number}/1", "sign_in", "L-SZJ", as_of=on(text, 10))
    return number


def stand_still(office: Office, number: str, rule: str, *, when: datetime) -> None:
    with office.database.write() as session:
        act = office.act(session, "D01", when)
        suspend_clock(
            lock_case(session, number),
            office.clocks(number)[rule].number,
            act=act,
            reason="委托鉴定",
            basis="某市信访条例 第一条",
        )


def ends(office: Office, number: str, rule: str = "divert") -> tuple[str, bool]:
    """On which day a limit ends, and whether that is provisional."""
    clock = office.clocks(number)[rule]
    return f"{clock.due_on:%m-%d}", clock.provisional


def everything(office: Office) -> list[Any]:
    """All that a change of calendar could touch, row by row."""
    tables = (Petition, Clock, CaseEvent, CalendarImport, CalendarMove)
    with office.database.read() as session:
        return [row.model_dump() for table in tables for row in session.exec(select(table).order_by(col(table.id)))]


def recounts(office: Office, number: str) -> list[CaseEvent]:
    return [event for event in office.events(number) if event.event is Event.RECOUNT]


def text_of(message: OutboxMessage) -> str:
    return render(message.letter, vault().open_facts(message.facts_sealed)).text


def is_sound(office: Office) -> bool:
    with office.database.read() as session:
        return verify(session, vault()).findings == ()


@once
class TestBeforeTheNotice:
    def test_a_date_in_the_year_without_a_calendar_says_why_it_is_provisional(self, office: Office) -> None:
        number = received(office)
        assert ends(office, number) == ("01-04", True)
        assert office.clocks(number)["divert"].why[-1].startswith("暂定：2027 年的工作日历尚未载入")

    def test_it_is_marked_in_the_case_file_the_form_and_the_list(self, office: Office) -> None:
        number = received(office)
        with office.database.read() as session:
            petition = find_petition(session, number)
            file = case_file(session, petition, today=date(2026, 12, 21)).markdown()
            form = form_description(session, petition, None, Step.SCREEN, today=date(2026, 12, 21), refusal=None)
            (row,) = list_petitions(session, ListFilter(today=date(2026, 12, 21)))
        assert "2027-01-04（暂定）" in file
        assert "2027-01-04（暂定）" in form
        assert (row["office_due_on"], row["provisional"]) == ("2027-01-04", True)

    def test_it_is_marked_in_every_letter(self, office: Office) -> None:
        number, now = signed(office, "2026-12-29"), on("2026-12-29", 12)
        office.decide(f"{number}/1", "report", "L-SZJ", as_of=now, choice="申请延期", days="9", approver="局长", text="待鉴定")
        office.decide(f"{number}/1", "decide_extension", "D01", as_of=now)
        office.decide(number, "oversee", "D01", as_of=now, choice="督办", ground="推诿、敷衍、拖延", text="请说明")
        shown = {one.letter: re.findall(r"2027年\d+月\d+日.{0,4}", text_of(one)) for one in office.letters(number)}
        assert {letter for letter, days in shown.items() if days} == {
            Letter.ACCEPTANCE_NOTICE,
            Letter.EXTENSION_NOTICE,
            Letter.SUPERVISION_LETTER,
        }
        assert [words for days in shown.values() for words in days if not words.endswith("（暂定）")] == []

    def test_a_date_within_the_known_years_is_marked_nowhere(self, office: Office) -> None:
        number = received(office, "2026-12-01")
        with office.database.read() as session:
            file = case_file(session, find_petition(session, number), today=date(2026, 12, 2)).markdown()
        assert "暂定" not in file


@once
class TestPreviewing:
    def test_lists_every_move_with_its_days_and_those_that_would_move_earlier(self, office: Office) -> None:
        numbers = [received(office, text) for text in (LATER, SAME, EARLIER, "2026-12-01")]
        moves = {(move.petition_no, move.label[:2]): (move.days, move.kept) for move in look_ahead(office)}
        assert moves == {
            (numbers[0], "分流"): (1, False),
            (numbers[0], "书面"): (1, False),
            (numbers[1], "分流"): (0, False),
            (numbers[1], "书面"): (0, False),
            (numbers[2], "分流"): (0, True),
            (numbers[2], "书面"): (0, True),
        }

    def test_says_on_which_day_a_kept_date_would_have_ended(self, office: Office) -> None:
        received(office, EARLIER)
        move = look_ahead(office)[0]
        assert (move.due_before, move.due_after, move.after.effective) == (
            day("2027-01-11"),
            day("2027-01-11"),
            day("2027-01-10"),
        )

    def test_shows_a_date_that_a_correction_would_move_earlier_though_it_is_kept(self, office: Office) -> None:
        """The notice is corrected after it came: the fourth of January is a working day after all."""
        number = received(office)
        bring(office)
        moves = look_ahead(office, CORRECTION)
        assert {(move.petition_no, move.due_before, move.kept) for move in moves} == {(number, day("2027-01-05"), True)}

    def test_changes_nothing(self, office: Office) -> None:
        received(office)
        before = everything(office)
        assert len(look_ahead(office)) == 2
        assert everything(office) == before

    def test_says_what_importing_then_does(self, office: Office) -> None:
        for text in (LATER, SAME, EARLIER):
            signed(office, text)
        assert look_ahead(office) == bring(office).moves


@once
class TestANotice:
    @pytest.mark.parametrize(
        ("text", "ended", "due"),
        [
            pytest.param(LATER, "01-04", "01-05", id="onto a holiday => later"),
            pytest.param(SAME, "01-12", "01-12", id="onto a working day => the same day, no longer provisional"),
            pytest.param(EARLIER, "01-11", "01-11", id="onto a make-up Sunday => kept where it was"),
        ],
    )
    def test_settles_a_date_that_falls(self, office: Office, text: str, ended: str, due: str) -> None:
        number = received(office, text)
        assert ends(office, number) == (ended, True)
        bring(office)
        assert ends(office, number) == ends(office, number, "notify") == (due, False)

    def test_explains_the_new_date_by_the_notice(self, office: Office) -> None:
        number = received(office)
        bring(office)
        said = "\n".join(office.clocks(number)["divert"].why)
        assert "元旦休息日；顺延至休息日后第一个工作日 2027-01-05（周二）" in said
        assert "2027 年依据 国办发明电〔2026〕9号" in said
        assert "暂定" not in said

    def test_explains_why_a_date_is_kept(self, office: Office) -> None:
        number = received(office, EARLIER)
        bring(office)
        assert office.clocks(number)["divert"].why[-1].startswith("保留：按新日历应为 2027-01-10，早于原定的 2027-01-11")

    def test_moves_a_date_earlier_where_the_setting_says_so(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        number = received(office, EARLIER)
        allow_earlier(monkeypatch)
        assert {move.days for move in bring(office).moves} == {-1}
        assert ends(office, number) == ("01-10", False)

    def test_lets_no_message_leave_that_still_names_the_old_day(self, office: Office) -> None:
        """On the night of the fourth the office is told that the limit ends today; in the morning that is no longer so."""
        number = received(office)
        sweep(office.database, as_of=on("2027-01-04", 0))
        bring(office, when=on("2027-01-04", 8))
        office.send_letters(as_of=on("2027-01-05"))
        left = [one for one in office.letters(number) if one.clock_id and one.sent_at]
        assert not [one for one in left if "1月4日" in text_of(one)]

    @pytest.mark.parametrize("rule", ["assign", "upstream", "promise"])
    def test_leaves_a_day_alone_that_was_given(self, office: Office, rule: str) -> None:
        """The letter says 1 January and so does the promise; the upstream letter's 8th is a week earlier for the office."""
        number = limited(office, "2026-12-29", "2027-01-01")
        if rule == "promise":
            called = {"choice": "电话催办", "text": "询问进度", "promised_on": "2027-01-01"}
            office.decide(number, "oversee", "Z01", as_of=on("2026-12-30"), **called)
        if rule == "upstream":
            number = received(office, "2026-12-29", upstream_due_on=day("2027-01-08"))
        before = office.clocks(number)[rule].model_dump()
        bring(office)
        assert (before["due_on"], office.clocks(number)[rule].model_dump()) == (day("2027-01-01"), before)

    def test_leaves_a_stopped_limit_alone(self, office: Office) -> None:
        number = signed(office, LATER)
        before = office.clocks(number)["divert"].model_dump()
        bring(office)
        assert (before["state"], office.clocks(number)["divert"].model_dump()) == (ClockState.STOPPED, before)

    def test_moves_a_suspended_limit_which_goes_on_by_the_new_calendar(self, office: Office) -> None:
        """Twelve days later than 8 February is the 20th, a Saturday on which offices work."""
        number = signed(office)
        stand_still(office, number, "assign", when=on("2026-12-30"))
        bring(office)
        clock = office.clocks(number)["assign"]
        assert (clock.state, clock.next_rung_at, ends(office, number, "assign")) == (ClockState.SUSPENDED, None, ("02-15", False))
        with office.database.write() as session:
            resume_clock(
                lock_case(session, number), clock.number, act=office.act(session, "Z01", on("2027-01-11")), reason="已鉴定"
            )
        assert ends(office, number, "assign") == ("02-20", False)

    def test_moves_working_days_that_pass_over_the_holiday(self, office: Office) -> None:
        number = signed(office, "2026-12-28")
        assert ends(office, number, "objection") == ("01-04", True)
        bring(office)
        assert ends(office, number, "objection") == ("01-06", False)

    def test_that_is_corrected_takes_the_place_of_the_first(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        number = received(office)
        allow_earlier(monkeypatch)
        bring(office)
        bring(office, CORRECTION)
        assert ends(office, number) == ("01-04", False)


class TestImporting:
    def test_writes_one_event_in_each_file_that_names_before_and_after_and_nobody(self, office: Office) -> None:
        number, other = received(office, persons=(Person(name="测试人丁", phone="13800005555"),)), received(office, "2026-12-01")
        bring(office)
        (event,) = recounts(office, number)
        assert [(one["before"], one["after"]) for one in event.facts["clocks"]] == [("2027-01-04", "2027-01-05")] * 2
        assert (event.actor_code, event.source, event.note_sealed) == ("D01", event.target, None)
        assert not {"测试人丁", "13800005555", "反映物业服务问题"} & set(re.split(r"[^\w]+", str(event.facts)))
        assert recounts(office, other) == []

    def test_moves_the_next_step_along_with_the_date(self, office: Office) -> None:
        number = received(office)
        sweep(office.database, as_of=on("2027-01-03", 0))
        assert office.clocks(number)["divert"].next_rung_at == on("2027-01-04", 0)
        bring(office, when=on("2027-01-03"))
        clock = office.clocks(number)["divert"]
        assert (clock.next_rung, clock.next_rung_at) == ("warn_100", on("2027-01-05", 0))

    @pytest.mark.parametrize("text", [NOTICE, ""], ids=["the same notice", "the same calendar as TOML"])
    def test_of_what_is_in_force_already_is_refused(self, office: Office, text: str) -> None:
        received(office)
        bring(office)
        with office.database.read() as session:
            (row,) = session.exec(select(CalendarImport))
        before = everything(office)
        with pytest.raises(CaseworkError, match="已经导入过"):
            bring(office, text or row.content)
        assert everything(office) == before

    def test_that_fails_half_way_leaves_no_trace(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(3):
            received(office)
        before, scheduled = everything(office), schedule
        calls: list[int] = []

        def break_down(*given: Any) -> None:
            calls.append(1)
            if len(calls) == 4:
                raise OSError("disk")
            scheduled(*given)

        monkeypatch.setattr(calendar_import, "schedule", break_down)
        with pytest.raises(OSError, match="disk"):
            bring(office)
        assert (len(calls), everything(office)) == (4, before)
        assert len(bring(office).moves) == 6

    def test_of_a_city_day_moves_dates_on_top_of_the_notice(self, office: Office) -> None:
        number = received(office)
        bring(office)
        bring(office, CITY_DAY)
        assert ends(office, number) == ("01-06", False)
        assert len(recounts(office, number)) == 2


@once
class TestCountingAnew:
    def test_settles_what_a_year_from_a_file_has_left_open(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        number = received(office)
        (tmp_path / "2027.toml").write_text(_as_toml(), encoding="utf-8")
        monkeypatch.setenv("XINFANG_CALENDAR_OVERLAY", str(tmp_path / "2027.toml"))
        settings.cache_clear()
        with office.database.read() as session:
            assert (open_provisional(session), len(recount(session).moves)) == (2, 2)
        assert ends(office, number) == ("01-04", True)
        with office.database.write(alone=True) as session:
            recount(session, act=office.act(session, "D01", ARRIVES))
        assert (ends(office, number), len(recounts(office, number))) == (("01-05", False), 1)


def _as_toml() -> str:
    from rules.data.calendar_files import write_calendar

    return write_calendar(found())


class TestRollingBack:
    @pytest.mark.parametrize("earlier", [False, True], ids=["never earlier", "also earlier"])
    def test_restores_dates_marks_explanations_and_next_steps(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, earlier: bool
    ) -> None:
        numbers = [received(office, text) for text in (LATER, SAME, EARLIER)]
        before = [office.clocks(number)["divert"].model_dump() for number in numbers]
        if earlier:
            allow_earlier(monkeypatch)
        applied = bring(office)
        assert [office.clocks(number)["divert"].model_dump() == old for number, old in zip(numbers, before, strict=True)] == [
            False
        ] * 3
        take_back(office, applied)
        assert [office.clocks(number)["divert"].model_dump() for number in numbers] == before

    def test_counts_limits_anew_that_began_after_the_import(self, office: Office) -> None:
        applied = bring(office)
        number = received(office)
        assert ends(office, number) == ("01-05", False)
        take_back(office, applied)
        assert ends(office, number) == ("01-04", True)
        assert office.clocks(number)["divert"].why[-1].startswith("暂定")

    def test_counts_a_limit_anew_that_was_extended_since(self, office: Office) -> None:
        number = signed(office)
        applied = bring(office)
        answer = {"choice": "申请延期", "days": "10", "approver": "局长", "text": "待鉴定"}
        office.decide(f"{number}/1", "report", "L-SZJ", as_of=on("2027-01-05"), **answer)
        office.decide(f"{number}/1", "decide_extension", "D01", as_of=on("2027-01-05", 10))
        take_back(office, applied, when=on("2027-01-06"))
        assert ends(office, number, "assign") == ("02-18", True)

    def test_writes_an_event_in_each_file_it_touches(self, office: Office) -> None:
        number, other = received(office), received(office, "2026-12-01")
        take_back(office, bring(office))
        assert [event.facts["clocks"][0]["after"] for event in recounts(office, number)] == ["2027-01-05", "2027-01-04"]
        assert recounts(office, number)[-1].facts["withdrawn"] == 1
        assert recounts(office, other) == []

    def test_of_an_older_import_waits_for_the_newer_one(self, office: Office) -> None:
        number = received(office)
        first, second = bring(office), bring(office, CITY_DAY)
        with pytest.raises(CaseworkError, match=f"先撤销其后导入的第 {second.import_id} 号"):
            take_back(office, first)
        assert ends(office, number) == ("01-06", False)
        take_back(office, second)
        assert ends(office, number) == ("01-05", False)
        take_back(office, first)
        assert ends(office, number) == ("01-04", True)

    @pytest.mark.parametrize("city", [CITY_DAY, CITY_DAYS], ids=["that left it alone", "that moved it later"])
    def test_of_a_later_import_leaves_a_date_kept_that_an_earlier_one_had_kept(self, office: Office, city: str) -> None:
        number = received(office, EARLIER)
        bring(office)
        before = office.clocks(number)["divert"].model_dump()
        take_back(office, bring(office, city))
        assert office.clocks(number)["divert"].model_dump() == before

    def test_of_what_is_not_there_is_refused(self, office: Office) -> None:
        with pytest.raises(CaseworkError, match="没有第 99 号日历导入"):
            take_back(office, 99)

    def test_twice_is_refused_and_importing_again_is_not(self, office: Office) -> None:
        number = received(office)
        applied = bring(office)
        take_back(office, applied)
        with pytest.raises(CaseworkError, match="已经撤销"):
            take_back(office, applied)
        bring(office)
        assert (ends(office, number), len(recounts(office, number))) == (("01-05", False), 3)

    def test_and_importing_leave_a_record_that_can_be_verified(self, office: Office) -> None:
        numbers = [signed(office), received(office), received(office, EARLIER)]
        applied = bring(office)
        assert is_sound(office)
        take_back(office, applied)
        assert is_sound(office)
        assert [len(recounts(office, number)) for number in numbers] == [2, 2, 2]


class TestWhileOthersWork:
    def test_a_registration_in_flight_is_waited_for_and_gets_the_new_calendar(self, office: Office) -> None:
        applied: list[Applied] = []
        importing = Thread(target=lambda: applied.append(bring(office)))
        with office.database.write() as session:
            petition, _ = register_now(session, _paper(), key="in flight", act=office.act(session, "Z01", on(LATER)))
            number, plain = str(petition.number), calendar(session).version
            importing.start()
            importing.join(0.2)
            assert (importing.is_alive(), calendar(session).version) == (True, plain)
        importing.join(30)
        assert (ends(office, number), len(recounts(office, number))) == (("01-05", False), 1)
        assert {move.petition_no for move in applied[0].moves} == {number}

    def test_a_registration_that_comes_meanwhile_waits_and_counts_by_the_new_calendar(self, office: Office) -> None:
        numbers: list[str] = []
        asked = Signal()

        def come() -> None:
            asked.set()
            numbers.append(received(office))

        registering = Thread(target=come)
        with office.database.write(alone=True) as session:
            import_calendar(session, found(), act=office.act(session, "D01", ARRIVES))
            registering.start()
            assert asked.wait(10)
            registering.join(0.2)
            assert registering.is_alive()
        registering.join(30)
        assert (ends(office, numbers[0]), recounts(office, numbers[0])) == (("01-05", False), [])


def _paper() -> Registration:
    persons = (Person(name="测试人戊", phone="13800006666"),)
    return Registration(channel=Channel.LETTER, receipt_on=day(LATER), title="反映噪声", content="夜间施工。", persons=persons)
