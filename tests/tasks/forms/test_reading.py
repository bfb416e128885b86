"""How forms read what people write: days, times, lists, numbers and coded words; what cannot be read is said in Chinese."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.vocabulary.case import Channel, Flag, PetitionClass, Step
from models.vocabulary.labelled import Labelled
from models.vocabulary.papers import DeliveryWay, Retention
from rules.errors import AnswerRefusedError
from rules.zone import SHANGHAI
from tasks.decide import FORMS
from tasks.forms.base import MOST_DIGITS, Coded, Form, read_date, read_instant, read_list, read_number, read_word, read_words
from trials.harness.office import with_consent

NOW = datetime(2026, 3, 9, 15, 0, tzinfo=SHANGHAI)
WAYS_TO_WRITE = ("{0:%Y-%m-%d}", "{0.year}-{0.month}-{0.day}", "{0:%Y/%m/%d}", "{0.year}.{0.month}.{0.day}", "{0:%Y%m%d}")
HANZI_DAYS = (
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}年{0.month}月{0.day}",
    " {0:%Y-%m-%d} ",
    "{0.year} 年 {0.month} 月 {0.day} 日",
)


class TestADay:
    @pytest.mark.parametrize("way", [*WAYS_TO_WRITE, *HANZI_DAYS])
    @given(day=st.dates(date(1949, 10, 1), date(2099, 12, 31)))
    def test_is_read_in_every_way_of_writing(self, way: str, day: date) -> None:
        assert read_date(way.format(day)) == day

    @pytest.mark.parametrize("text", ["", " ", "\u3000"], ids=["nothing", "a space", "a wide space"])
    def test_may_be_left_empty(self, text: str) -> None:
        assert read_date(text) is None

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("2026-02-30", id="no such day"),
            pytest.param("2026-13-01", id="no such month"),
            pytest.param("2025-02-29", id="no leap year"),
            pytest.param("20260230", id="no such day in eight digits"),
            pytest.param("3月2日", id="no year"),
            pytest.param("26-03-02", id="a short year"),
            pytest.param("2026-03", id="no day"),
            pytest.param("二〇二六年三月二日", id="in Chinese figures"),
            pytest.param("下周一", id="in words"),
            pytest.param("2026-03-02 09:00", id="with a time"),
            pytest.param("2026-03-02-01", id="one part too many"),
            pytest.param("2026_03_02", id="other strokes"),
            pytest.param("0000-00-00", id="noughts"),
        ],
    )
    def test_that_cannot_be_read_is_named_with_its_field(self, text: str) -> None:
        with pytest.raises(AnswerRefusedError) as refused:
            read_date(text, "送达日期")
        assert str(refused.value) == f"送达日期“{text}”不是有效日期，请按 2026-03-02 的样子填写"

    @given(text=st.text(max_size=14))
    def test_is_read_or_refused_and_nothing_else(self, text: str) -> None:
        try:
            found = read_date(text)
        except AnswerRefusedError:
            return
        assert found is None or isinstance(found, date)


class TestATime:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            pytest.param("2026-03-02 09:30", "2026-03-02 09:30", id="day and time"),
            pytest.param("2026-03-02T09:30", "2026-03-02 09:30", id="as machines write it"),
            pytest.param("2026-03-02 9：05", "2026-03-02 09:05", id="with a wide colon"),
            pytest.param("2026-03-02 09:30:59", "2026-03-02 09:30", id="seconds are dropped"),
            pytest.param("2026/3/2 23:59", "2026-03-02 23:59", id="the last minute"),
            pytest.param("2026年3月2日 00:00", "2026-03-02 00:00", id="the first minute"),
            pytest.param("2026-03-02", "2026-03-02 18:00", id="a day alone is its end"),
            pytest.param("2026-03-09", "2026-03-09 15:00", id="today alone is now"),
            pytest.param("  ", "2026-03-09 15:00", id="nothing is now"),
        ],
    )
    def test_is_read_as_local_time(self, text: str, read: str) -> None:
        assert f"{read_instant(text, NOW).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == read

    def test_of_today_after_six_is_six(self) -> None:
        late = NOW.replace(hour=20)
        assert read_instant("2026-03-09", late) == late.replace(hour=18)

    @pytest.mark.parametrize(
        "text", ["2026-03-02 25:00", "2026-03-02 09:60", "2026-03-02 9点", "2026-03-02 09", "2026-03-02 上午", "2026-03-02 09:-1"]
    )
    def test_that_cannot_be_read_is_refused_with_an_example(self, text: str) -> None:
        with pytest.raises(AnswerRefusedError, match="不是有效时间，请按 2026-03-02 09:30 的样子填写"):
            read_instant(text, NOW)

    def test_on_a_day_that_cannot_be_read_names_the_field(self) -> None:
        with pytest.raises(AnswerRefusedError, match="实际办理时间“昨天”不是有效日期"):
            read_instant("昨天 09:00", NOW)

    @pytest.mark.parametrize(("text", "given_"), [("", None), ("2026-03-02 08:00", "08:00")], ids=["left empty", "filled in"])
    def test_of_a_form_is_nothing_when_it_happened_now(self, text: str, given_: str | None) -> None:
        happened = Form(occurred_at=text).happened_at(NOW)
        assert (f"{happened:%H:%M}" if happened else None) == given_


class TestAList:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            pytest.param("甲、乙、丙", ("甲", "乙", "丙"), id="with the Chinese stop"),
            pytest.param("甲，乙,丙", ("甲", "乙", "丙"), id="with commas"),
            pytest.param("甲；乙;丙", ("甲", "乙", "丙"), id="with semicolons"),
            pytest.param("甲\n乙\n\n丙\n", ("甲", "乙", "丙"), id="on lines"),
            pytest.param(" 甲 、 乙 ", ("甲", "乙"), id="with spaces around"),
            pytest.param("欧阳 小明、乙", ("欧阳 小明", "乙"), id="with a space inside"),
            pytest.param("、，；", (), id="of strokes alone"),
            pytest.param("", (), id="of nothing"),
        ],
    )
    def test_is_split_at_every_stroke(self, text: str, parts: tuple[str, ...]) -> None:
        assert read_list(text) == parts

    @given(
        parts=st.lists(st.from_regex(r"[甲乙丙a-z0-9]{1,5}", fullmatch=True), max_size=6), stroke=st.sampled_from("、，,；;\n")
    )
    def test_comes_back_as_it_was_written(self, parts: list[str], stroke: str) -> None:
        assert read_list(stroke.join(parts)) == tuple(parts)


class TestANumber:
    @pytest.mark.parametrize(
        ("text", "number"),
        [("", 0), ("  ", 0), ("0", 0), ("7", 7), ("15日", 15), ("15天", 15), ("3个", 3), ("12人", 12), (" 8 ", 8), ("0030", 30)],
    )
    def test_is_read_with_its_measure_word(self, text: str, number: int) -> None:
        assert read_number(text, "人数") == number

    @pytest.mark.parametrize("text", ["-1", "1.5", "十", "①", "１２", "约10", "1 0", "1e3", "9" * (MOST_DIGITS + 1), "٣"])
    def test_that_is_none_is_refused_by_name(self, text: str) -> None:
        with pytest.raises(AnswerRefusedError, match=r"到会人大代表“.*”不是整数"):
            read_number(text, "到会人大代表")


CODED: list[type[Labelled]] = [Channel, PetitionClass, Flag, DeliveryWay, Retention]
EACH_WORD = pytest.mark.parametrize("word", [word for kind in CODED for word in kind], ids=lambda word: word.value)


class TestACodedWord:
    @EACH_WORD
    def test_is_read_by_label_and_by_code(self, word: Labelled) -> None:
        kind = type(word)
        assert read_word(kind, word.label) is read_word(kind, word.value) is read_word(kind, f" {word.label} ") is word

    @pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.__name__)
    def test_that_is_unknown_is_refused_with_the_choices(self, kind: type[Labelled]) -> None:
        with pytest.raises(AnswerRefusedError) as refused:
            read_word(kind, "飞鸽传书")
        assert all(word.label in str(refused.value) for word in kind)

    def test_list_is_read_as_a_set(self) -> None:
        assert read_words(Flag, "集体访、重大紧急，集体访") == {Flag.GROUP, Flag.URGENT}
        assert read_words(Flag, "") == frozenset()

    def test_list_with_one_unknown_is_refused_whole(self) -> None:
        with pytest.raises(AnswerRefusedError, match="没有“集体”这个选项"):
            read_words(Flag, "重大紧急、集体")

    @pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.__name__)
    def test_is_offered_by_label_in_its_order(self, kind: type[Labelled]) -> None:
        offered = TypeAdapter(Coded[kind]).json_schema()  # type: ignore[misc, valid-type]
        assert offered == {"type": "string", "enum": [word.label for word in kind]}

    @EACH_WORD
    def test_goes_out_as_its_label_and_comes_back(self, word: Labelled) -> None:
        adapter: TypeAdapter[Labelled] = TypeAdapter(Coded[type(word)])  # type: ignore[misc]
        assert adapter.dump_python(word) == word.label
        assert adapter.validate_python(adapter.dump_python(word)) is word

    def test_of_another_kind_is_no_answer(self) -> None:
        with pytest.raises(ValidationError, match="没有“来信”这个选项"):
            TypeAdapter(Coded[PetitionClass]).validate_python("来信")


@pytest.mark.parametrize("step", list(FORMS), ids=lambda step: step.value)
class TestTheFormOfAStep:
    def test_has_titles_of_its_own_in_chinese(self, step: Step) -> None:
        titles = [str(field.title) for field in FORMS[step].form.model_fields.values()]
        assert len(set(titles)) == len(titles)
        assert all("\u4e00" <= title[0] <= "\u9fff" for title in titles)

    def test_asks_in_an_order_without_ties(self, step: Step) -> None:
        schema = FORMS[step].form.model_json_schema()["properties"]
        places = [field["position"] for field in schema.values()]
        assert len(set(places)) == len(places)
        assert (min(places), max(places)) == (0, 99), "who answers comes first, when it happened last"

    def test_may_come_back_with_nothing_filled_in_but_a_consent_that_is_not_preselected(self, step: Step) -> None:
        assert FORMS[step].form.model_validate(with_consent(step, {})).officer == ""
