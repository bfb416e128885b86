"""How old ledgers are written: days, names, empty cells and words of other years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vocabulary.case import Channel, PetitionClass, Source
from models.vocabulary.labelled import Labelled
from rules.errors import AnswerRefusedError
from tasks.ledger.words import (
    CHANNELS,
    CLASSES,
    EXCEL_DAY_ZERO,
    NOBODY,
    NOTHING,
    OPEN_CLASSES,
    SOURCES,
    means_nothing,
    read_day,
    share_out,
    split_names,
)


class TestADay:
    @pytest.mark.parametrize(
        ("text", "read"),
        [
            pytest.param("2019-03-02", "2019-03-02", id="with strokes"),
            pytest.param("2019.3.2", "2019-03-02", id="with points"),
            pytest.param("２０１９年３月２日", "2019-03-02", id="in wide figures"),
            pytest.param("2019-03-02 09:30:00", "2019-03-02", id="with a time"),
            pytest.param("2019-03-02T09:30", "2019-03-02", id="with a time as machines write it"),
            pytest.param("2019年3月2日 9:30", "2019-03-02", id="in Chinese with a time"),
            pytest.param("20190302", "2019-03-02", id="in eight digits"),
            pytest.param("43526", "2019-03-02", id="as Excel counts"),
            pytest.param("36526", "2000-01-01", id="as Excel counts the first day of 2000"),
            pytest.param(" 2019-03-02 ", "2019-03-02", id="with spaces"),
        ],
    )
    def test_is_read_in_every_way_of_writing(self, text: str, read: str) -> None:
        assert read_day(text, "收信日期") == date.fromisoformat(read)

    @pytest.mark.parametrize("text", ["", " ", "　"], ids=["nothing", "a space", "a wide space"])
    def test_may_be_missing(self, text: str) -> None:
        assert read_day(text, "收信日期") is None

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            pytest.param("201932", "位数不对", id="six digits"),
            pytest.param("2019", "位数不对", id="a year alone"),
            pytest.param("70000", "位数不对", id="five digits that Excel counts beyond this century"),
            pytest.param("2019-02-30", "收信日期“2019-02-30”不是有效日期", id="no such day"),
            pytest.param("不详", "不是有效日期", id="in words"),
            pytest.param("2019-03", "不是有效日期", id="no day"),
        ],
    )
    def test_that_cannot_be_read_is_refused_by_name(self, text: str, said: str) -> None:
        with pytest.raises(AnswerRefusedError, match=said):
            read_day(text, "收信日期")

    @given(day=st.dates(date(1982, 2, 18), date(2064, 4, 7)))
    def test_of_excel_is_the_day_that_excel_means(self, day: date) -> None:
        number = (day - date(1899, 12, 30)).days
        assert read_day(str(number), "收信日期") == day
        assert EXCEL_DAY_ZERO + timedelta(days=number) == day


class TestNames:
    @pytest.mark.parametrize(
        ("text", "names", "told"),
        [
            pytest.param("张三", ["张三"], 0, id="one"),
            pytest.param("张三、李四", ["张三", "李四"], 0, id="two"),
            pytest.param("张 三", ["张三"], 0, id="with a space in it"),
            pytest.param("张三等5人", ["张三"], 5, id="and others, counted"),
            pytest.param("张三等 12 名", ["张三"], 12, id="counted with spaces"),
            pytest.param("张三、李四等30余人", ["张三", "李四"], 30, id="and some thirty others"),
            pytest.param("张三等３位", ["张三"], 3, id="in wide figures"),
            pytest.param("张三等人", ["张三"], 0, id="and others, not counted"),
            pytest.param("张三等", ["张三"], 0, id="and so on"),
            pytest.param("匿名", [], 0, id="nobody"),
            pytest.param("（匿名）", [], 0, id="nobody in brackets"),
            pytest.param("张三、匿名", ["张三"], 0, id="one and nobody"),
            pytest.param("匿名等3人", [], 3, id="three without a name"),
            pytest.param("", [], 0, id="an empty cell"),
            pytest.param("John Smith", ["John Smith"], 0, id="a foreign name keeps its space"),
        ],
    )
    def test_are_split_and_counted(self, text: str, names: list[str], told: int) -> None:
        assert split_names(text) == (names, told)

    @given(
        names=st.lists(st.from_regex("[张王李赵][一二三四五]", fullmatch=True), min_size=1, max_size=5),
        more=st.integers(1, 999999),
    )
    def test_come_back_as_they_were_written(self, names: list[str], more: int) -> None:
        assert split_names("、".join(names)) == (names, 0)
        assert split_names(f"{'、'.join(names)}等{more}人") == (names, more)


class TestNothing:
    @pytest.mark.parametrize("word", sorted(NOTHING), ids=lambda word: word or "empty")
    def test_is_meant_by_every_such_word_in_any_dress(self, word: str) -> None:
        assert [means_nothing(dressed) for dressed in (word, f" {word} ", f"（{word}）", word.upper())] == [True] * 4

    @pytest.mark.parametrize("word", sorted(NOBODY - NOTHING))
    def test_is_not_meant_by_a_word_for_nobody(self, word: str) -> None:
        assert (means_nothing(word), means_nothing(word, NOBODY)) == (False, True)

    @pytest.mark.parametrize("word", ["无锡市", "不详细", "0", "空调", "未知来源", "匿名信箱"])
    def test_is_not_meant_by_a_word_that_begins_alike(self, word: str) -> None:
        assert not means_nothing(word, NOBODY)


class TestSharingOut:
    @pytest.mark.parametrize(
        ("text", "size", "shares"),
        [
            pytest.param("138、139", 2, ["138", "139"], id="as many as people"),
            pytest.param("138", 3, ["138", "", ""], id="one for three"),
            pytest.param("138、139", 3, ["138、139", "", ""], id="two for three stay together"),
            pytest.param("138、139", 1, ["138、139"], id="two for one"),
            pytest.param("", 2, ["", ""], id="none"),
        ],
    )
    def test_gives_each_his_own_or_all_to_the_first(self, text: str, size: int, shares: list[str]) -> None:
        assert share_out(text, size) == shares

    @given(text=st.text(alphabet="12、，", max_size=12), size=st.integers(1, 6))
    def test_never_loses_a_digit(self, text: str, size: int) -> None:
        shares = share_out(text, size)
        assert len(shares) == size
        assert [letter for letter in "".join(shares) if letter.isdigit()] == [letter for letter in text if letter.isdigit()]


@pytest.mark.parametrize(
    ("words", "kind"), [(CHANNELS, Channel), (CLASSES, PetitionClass), (SOURCES, Source)], ids=["channels", "classes", "sources"]
)
class TestOldWords:
    def test_mean_a_word_of_today(self, words: dict[str, Labelled], kind: type[Labelled]) -> None:
        assert {type(word) for word in words.values()} == {kind}

    def test_never_contradict_a_label(self, words: dict[str, Labelled], kind: type[Labelled]) -> None:
        labels = {word.label: word for word in kind}
        assert [word for word in words if word in labels and labels[word] is not words[word]] == []

    def test_are_no_words_that_leave_the_class_open(self, words: dict[str, Labelled], kind: type[Labelled]) -> None:
        assert not OPEN_CLASSES & set(words)
