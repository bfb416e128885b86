"""The State Council's own words against the shipped calendars, calendars written and read back, and every refusal."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.data.calendar_files import CalendarError, CalendarFile, Notice, Scope, parse_calendar, read_calendar, write_calendar
from rules.data.notice import read_calendar_text, read_notice
from rules.working_days import Calendar, DayKind

OPENING = """国务院办公厅关于{year}年部分节假日安排的通知
{number}

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：

　　经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
OPENING_OF_2025 = """国务院办公厅关于2025年部分节假日安排的通知
{number}

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：

　　经党中央、国务院批准，根据2024年11月修订的《全国年节及纪念日放假办法》，自2025年1月1日起，全体公民放假的假日增加2天，
其中春节、劳动节各增加1天。据此对放假调休原则作进一步优化完善，除个别特殊情形外，春节自农历除夕起放假调休8天，
国庆节自10月1日起放假调休7天，劳动节放假调休5天，元旦、清明节、端午节、中秋节分别放假调休或连休3天（如逢周三则只在当日放假），
国庆节放假如逢中秋节则合并放假8天。
　　按照上述原则，现将2025年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
CLOSING = """
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，
确保人民群众祥和平安度过节日假期。

国务院办公厅
{signed}
"""
SOURCES = {
    2020: ("国办发明电〔2019〕16号", "2019年11月21日"),
    2021: ("国办发明电〔2020〕27号", "2020年11月25日"),
    2022: ("国办发明电〔2021〕11号", "2021年10月25日"),
    2023: ("国办发明电〔2022〕16号", "2022年12月8日"),
    2024: ("国办发明电〔2023〕7号", "2023年10月25日"),
    2025: ("国办发明电〔2024〕12号", "2024年11月12日"),
    2026: ("国办发明电〔2025〕7号", "2025年11月4日"),
}
ITEMS = {
    2020: """
　　一、元旦：2020年1月1日放假，共1天。
　　二、春节：1月24日至30日放假调休，共7天。1月19日（星期日）、2月1日（星期六）上班。
　　三、清明节：4月4日至6日放假调休，共3天。
　　四、劳动节：5月1日至5日放假调休，共5天。4月26日（星期日）、5月9日（星期六）上班。
　　五、端午节：6月25日至27日放假调休，共3天。6月28日（星期日）上班。
　　六、国庆节、中秋节：10月1日至8日放假调休，共8天。9月27日（星期日）、10月10日（星期六）上班。
""",
    2021: """
　　一、元旦：2021年1月1日至3日放假，共3天。
　　二、春节：2月11日至17日放假调休，共7天。2月7日（星期日）、2月20日（星期六）上班。
　　三、清明节：4月3日至5日放假调休，共3天。
　　四、劳动节：5月1日至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。
　　五、端午节：6月12日至14日放假，共3天。
　　六、中秋节：9月19日至21日放假调休，共3天。9月18日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。
""",
    2022: """
　　一、元旦：2022年1月1日至3日放假，共3天。
　　二、春节：1月31日至2月6日放假调休，共7天。1月29日（星期六）、1月30日（星期日）上班。
　　三、清明节：4月3日至5日放假调休，共3天。4月2日（星期六）上班。
　　四、劳动节：4月30日至5月4日放假调休，共5天。4月24日（星期日）、5月7日（星期六）上班。
　　五、端午节：6月3日至5日放假，共3天。
　　六、中秋节：9月10日至12日放假，共3天。
　　七、国庆节：10月1日至7日放假调休，共7天。10月8日（星期六）、10月9日（星期日）上班。
""",
    2023: """
　　一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
　　二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
　　三、清明节：4月5日放假，共1天。
　　四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
　　五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
　　六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
""",
    2024: """
　　一、元旦：1月1日放假，与周末连休。
　　二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。
鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
　　三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
　　四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
　　五、端午节：6月10日放假，与周末连休。
　　六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
""",
    2025: """
　　一、元旦：1月1日（周三）放假1天，不调休。
　　二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、
2月8日（周六）上班。
　　三、清明节：4月4日（周五）至6日（周日）放假，共3天。
　　四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
　　五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
　　六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
""",
    2026: """
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、
2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
　　鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期，推动错峰出行。
""",
}
CHANGED_LATER = {
    2020: {date(2020, 1, 31): DayKind.WORKDAY, date(2020, 2, 1): DayKind.MAKEUP_WORKDAY, date(2020, 2, 2): DayKind.WEEKEND},
    2022: {date(2022, 12, 31): DayKind.WEEKEND},
}
"""What the year's own notice says of days that a later one changed, and the shipped calendar follows the later.

国办发明电〔2020〕1号 lengthened the Spring Festival of 2020 to 2 February; the notice of 2023 begins on 2022-12-31.
"""


def notice(year: int) -> str:
    number, signed = SOURCES[year]
    opening = OPENING_OF_2025 if year == 2025 else OPENING
    return opening.format(year=year, number=number) + ITEMS[year] + CLOSING.format(signed=signed)


def shipped(year: int) -> CalendarFile:
    return read_calendar(files("rules") / "calendars" / f"{year}.toml")


def kinds(found: CalendarFile, year: int) -> Iterator[tuple[date, DayKind]]:
    calendar = Calendar("", frozenset({year}), found.rest, found.makeup, {})
    day = date(year, 1, 1)
    while day.year == year:
        yield day, calendar.kind(day)
        day += timedelta(days=1)


@pytest.mark.parametrize("year", ITEMS)
class TestTheNoticeOf:
    def test_says_the_same_of_every_day_as_the_shipped_calendar(self, year: int) -> None:
        differing = set(kinds(read_notice("通知.txt", notice(year)), year)) - set(kinds(shipped(year), year))
        assert differing == set(CHANGED_LATER.get(year, {}).items())

    def test_gives_the_shipped_holidays_names_and_source(self, year: int) -> None:
        found, known = read_notice("通知.txt", notice(year)), shipped(year)
        assert found.notices == known.notices[:1]
        if year not in CHANGED_LATER:
            assert found == known


AS_PASTED = [
    (lambda text: text.translate(str.maketrans("：，（）；", ":,();")), "with half-width signs"),
    (lambda text: re.sub(r"([0-9])", lambda digit: chr(ord(digit[1]) + 0xFEE0), text), "with full-width digits"),
    (lambda text: re.sub(r"([0-9]+)", r" \1 ", text), "with spaces around the numbers"),
    (lambda text: re.sub(r"([月、，（])", "\\1\n", text), "with line breaks inside the items"),
    (lambda text: " ".join(text.split()), "as one line"),
    (lambda text: text.replace("\n", "\r\n"), "from Windows"),
    (lambda text: "\ufeff" + text.replace("日", "日\u200b"), "with invisible characters"),
    (lambda text: text.replace("周", "星期"), "with 星期"),
    (lambda text: text.replace("周日", "礼拜天").replace("周", "礼拜"), "with 礼拜"),
    (lambda text: text.replace("日（周日）", "日周日"), "with weekdays outside brackets"),
    (lambda text: text.replace("天。", "天，").replace("。\n", "\n"), "with carelessly set full stops"),
    (lambda text: text.replace("至", "—"), "with dashes"),
    (lambda text: text.replace("〔", "[").replace("〕", "]"), "with square brackets in its number"),
    (
        lambda text: "索引号：1\n成文日期：2025年11月04日\n" + text.replace("国务院办公厅\n2025年11月4日", ""),
        "with a head for its foot",
    ),
    (lambda text: text.replace("国务院办公厅\n2025", "\n2025"), "signed with a date alone"),
    (lambda text: "国务院办公厅 2025年11月5日公布\n" + text, "with another date above"),
    (lambda text: text + "相关：国务院办公厅关于2020年部分节假日安排的通知 11月5日 国办发明电〔2019〕16号", "with links below"),
]


class TestAPastedNotice:
    @pytest.mark.parametrize("paste", [row[0] for row in AS_PASTED], ids=[row[1] for row in AS_PASTED])
    def test_reads_alike(self, paste: Callable[[str], str]) -> None:
        assert paste(notice(2026)) != notice(2026)
        assert read_notice("通知.txt", paste(notice(2026))) == shipped(2026)

    def test_may_lack_its_number(self) -> None:
        found = read_notice("通知.txt", notice(2026).replace("国办发明电〔2025〕7号", ""))
        assert found.notices == (Notice("国务院办公厅关于2026年部分节假日安排的通知", "", date(2025, 11, 4)),)
        assert found.rest == shipped(2026).rest


def one_item(item: str, *, year: int = 2026) -> str:
    return f"国务院办公厅关于{year}年部分节假日安排的通知\n一、元旦：{item}\n国务院办公厅\n{year - 1}年11月4日\n"


class TestOneItem:
    @pytest.mark.parametrize(
        ("year", "item", "rest", "makeup"),
        [
            pytest.param(2026, "1月1日放假。", "01-01", "", id="a single day"),
            pytest.param(2015, "4月5日放假，4月6日（星期一）补休。", "04-05 04-06", "", id="a day off in lieu"),
            pytest.param(2024, "1月1日放假，与周末连休，共3天。", "01-01", "", id="a joined weekend stays a weekend"),
            pytest.param(2026, "2月28日至3月1日放假。2月7日至8日上班。", "02-28 03-01", "02-07 02-08", id="ranges of both"),
            pytest.param(2026, "5月1日放假。5月9日、10日照常上班。", "05-01", "05-09 05-10", id="a month named once for two"),
            pytest.param(2023, "2022年12月31日放假，1月2日补休，共2天。", "01-02", "", id="last year's Saturday left out"),
            pytest.param(2023, "2022年12月24日、25日放假，1月2日补休。", "01-02", "", id="last year named once for two"),
            pytest.param(2026, "5月1日放假。鼓励5月2日上班的单位补休。", "05-01", "", id="encouragement changes nothing"),
        ],
    )
    def test_gives(self, year: int, item: str, rest: str, makeup: str) -> None:
        found = read_notice("通知.txt", one_item(item, year=year))
        assert [f"{day:%m-%d}" for day in found.rest] == rest.split()
        assert [f"{day:%m-%d}" for day in found.makeup] == makeup.split()


REFUSED_ITEMS = [
    ("1月1日（周五）放假。", "“1月1日(周五)”有误：2026-01-01 是周四", "a wrong weekday"),
    ("1月1日至3日放假。1月4日（星期六）上班。", "2026-01-04 是周日", "a wrong weekday of a make-up day"),
    ("1月1日至3日放假调休，共4天。", "写作共 4 天，按起止日期却是 3 天", "a count that does not fit"),
    ("1月1日（周四）放假，与周末连休，共2天。", "写作共 2 天，按起止日期却是 1 天", "a joined count that does not fit"),
    ("另行通知。", "没有读到放假日期，请照“1月1日", "an item without a date"),
    ("1月4日上班。", "没有读到放假日期", "an item that only takes days away"),
    ("1月1日放假。1月5日（周一）上班。", "调休上班日 2026-01-05 不是周六或周日", "a make-up day on a Monday"),
    ("2月29日放假。", "没有 2026年2月29日 这一天", "a day that does not exist"),
    ("13月1日放假。", "没有 2026年13月1日 这一天", "a month that does not exist"),
    ("3日放假。", "“3日”没有写明月份", "a day without a month"),
    ("1月3日至1日放假。", "不是合理的假期", "a holiday that ends before it begins"),
    ("1月1日至3月1日放假。", "不是合理的假期", "a holiday of two months"),
    ("1月1日至3日放假。1月3日上班。", "2026-01-03 重复，已见于 一、元旦", "a day that both rests and works"),
    (
        "2025年12月31日至2026年1月2日放假。",
        "2025-12-31 不在 2026 年内，又不是周末：请先写进 2025 年的日历",
        "last year's Wednesday",
    ),
    ("1月1日放假。2025年12月28日上班。", "2025-12-28 不在 2026 年内", "a make-up day of last year"),
    ("1月1日放假。1月4号上班。", "“1月4号上班”中的“1月4号上班”看不懂", "a date written otherwise"),
    ("1月1日放假。一月四日上班。", "看不懂", "a date in Chinese numerals"),
    ("1月1日放假。原定1月4日上班。", "中的“原定”看不懂", "words before a date"),
    ("1月1日放假。1月4日不上班。", "看不懂", "a make-up day denied"),
    ("1月1日放假。下周日上班。", "看不懂", "a make-up day without a date"),
    ("1月1日放假。\n三、春节：2月17日放假。", "三、春节：这是读到的第 2 条，编号不连续", "a gap in the numbers"),
    ("1月1日放假。\n二、春节2月17日放假。\n三、清明节放假：4月5日。", "三、清明节放假：“4月5日”中的", "a date without a word"),
    ("1月1日放假。\n二、劳动节：1月1日放假。", "二、劳动节：2026-01-01 重复，已见于 一、元旦", "a day in two items"),
]
REFUSED_TEXTS = [
    ("", "没有读到“一、元旦：……”这样的条目", "nothing"),
    (OPENING.format(year=2026, number="") + CLOSING.format(signed="2025年11月4日"), "没有读到“一、元旦", "no item"),
    (one_item("1月1日放假。").replace("关于2026年", "关于"), "没有读到年份，请连同标题", "no year"),
    (one_item("1月1日放假。").replace("2025年11月4日", ""), "没有读到发文日期，请连同文末", "no date of issue"),
    (one_item("1月1日放假。").replace("11月4日", "11月31日"), "没有 2025年11月31日 这一天", "an impossible date of issue"),
    (one_item("1月1日放假。", year=1940), "year 应在 1949 至 2999 之间", "a year before the republic"),
    ("关于2025年部分节假日安排\n" + one_item("1月1日放假。"), "开头出现了 2025、2026 几个年份", "two years"),
    (notice(2026).replace("四、劳动节", "四、、"), "五、端午节：这是读到的第 4 条，编号不连续", "an item without a name"),
    (notice(2026).replace("四、劳动节：", ""), "五、端午节：这是读到的第 4 条，编号不连续", "an item that lost its head"),
    (re.sub("七、国庆节.*", "", notice(2026)), "开头提到“国庆节”，后面却没有这一条", "an announced holiday lost"),
    (notice(2026) + notice(2025), "一、元旦：这是读到的第 8 条，编号不连续", "two notices"),
]


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "reason"), [row[:2] for row in REFUSED_ITEMS], ids=[f"of {row[2]}" for row in REFUSED_ITEMS]
    )
    def test_names_the_item(self, text: str, reason: str) -> None:
        with pytest.raises(CalendarError) as refused:
            read_notice("通知.txt", one_item(text))
        assert re.match(r"通知\.txt：[一二三]、[元春清劳]", str(refused.value))
        assert reason in str(refused.value)

    @pytest.mark.parametrize(
        ("text", "reason"), [row[:2] for row in REFUSED_TEXTS], ids=[f"of {row[2]}" for row in REFUSED_TEXTS]
    )
    def test_says_what_is_missing(self, text: str, reason: str) -> None:
        with pytest.raises(CalendarError) as refused:
            read_notice("通知.txt", text)
        assert str(refused.value).startswith("通知.txt：")
        assert reason in str(refused.value)


LOCAL = CalendarFile(Scope.LOCAL, None, (), {date(2026, 4, 20): "三月三"}, {})
LONG = {date(2026, 1, 1) + timedelta(days=step): "停" for step in range(70)}
NAMES = st.text(min_size=1, max_size=8).filter(lambda name: name == name.strip())


@st.composite
def calendars(draw: st.DrawFn) -> CalendarFile:
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    rest = draw(st.dictionaries(days, NAMES, max_size=20))
    weekends = days.filter(lambda day: day.weekday() >= 5 and day not in rest)
    notices = st.builds(Notice, NAMES, NAMES | st.just(""), st.dates())
    scope = draw(st.sampled_from(Scope))
    return CalendarFile(
        scope,
        2026 if scope is Scope.NATIONAL else draw(st.sampled_from([None, 2026])),
        tuple(draw(st.lists(notices, min_size=1, max_size=2))),
        rest,
        draw(st.dictionaries(weekends, NAMES, max_size=5)),
    )


class TestWrittenCalendars:
    @pytest.mark.parametrize("year", ITEMS)
    def test_of_each_shipped_year_read_back_equal(self, year: int) -> None:
        assert parse_calendar("x", write_calendar(shipped(year))) == shipped(year)
        found = read_notice("通知.txt", notice(year))
        assert parse_calendar("x", write_calendar(found)) == found

    @pytest.mark.parametrize(
        "found",
        [
            pytest.param(LOCAL, id="a city's own day"),
            pytest.param(CalendarFile(Scope.LOCAL, 2026, (), {}, {date(2026, 2, 28): "市庆"}), id="a city's working day"),
            pytest.param(CalendarFile(Scope.LOCAL, None, (), LONG, {}), id="more days than one range may have"),
            pytest.param(CalendarFile(Scope.LOCAL, None, (), {date(2026, 1, 1): '"\\\n\x7f\x01"'}, {}), id="a strange name"),
            pytest.param(CalendarFile(Scope.LOCAL, None, (), {date.max: "末日", date.min: "首日"}, {}), id="ends of time"),
        ],
    )
    def test_of_a_city_read_back_equal(self, found: CalendarFile) -> None:
        assert parse_calendar("x", write_calendar(found)) == found

    @given(calendars())
    @settings(deadline=None)
    def test_of_any_kind_read_back_equal(self, found: CalendarFile) -> None:
        assert parse_calendar("x", write_calendar(found)) == found

    def test_join_days_and_look_the_same_whoever_wrote_the_file(self) -> None:
        text = write_calendar(shipped(2026))
        assert text.startswith('scope = "national"\nyear = 2026\n\n[[notice]]\n')
        assert '\n\n[[rest]]\nholiday = "春节"\nfrom = 2026-02-15\nto = 2026-02-23\n\n' in text
        assert '\n\n[[makeup]]\nholiday = "国庆节"\ndays = [2026-09-20, 2026-10-10]\n' in text
        assert write_calendar(read_notice("通知.txt", notice(2026))) == text


SCRAPS = [
    "scope = ",
    "year = 2026",
    "[[rest]]",
    "\n",
    "一、元旦：",
    "二、",
    "1月1日",
    "（周四）",
    "至",
    "3日",
    "放假",
    "，共3天。",
]
SCRAPS += [
    "上班",
    "2026年",
    "国务院办公厅",
    "关于2026年部分节假日安排的通知",
    "2025年11月4日",
    "与周末连休",
    "鼓励",
    "9999-12-31",
]
WHOLE = notice(2026)


def answer(text: str) -> str:
    try:
        return f"x：{read_calendar_text('x', text)}"
    except CalendarError as refused:
        return str(refused)


class TestAnyText:
    def test_of_toml_is_read_as_toml(self) -> None:
        for text in (write_calendar(shipped(2026)), "\ufeff" + write_calendar(shipped(2026))):
            assert read_calendar_text("x", text) == shipped(2026)

    def test_of_a_notice_is_read_as_a_notice(self) -> None:
        assert read_calendar_text("x", notice(2026)) == shipped(2026)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            pytest.param("scope: national\n", r"^x：第 1 行第 6 列不是合法的 TOML", id="broken TOML"),
            pytest.param("[[rest]]\nfrom = 2026-01-01\n", "^x：缺少 scope", id="TOML without a head"),
            pytest.param("year = 2026\n", "^x：缺少 scope", id="TOML of one line"),
            pytest.param("\ufeffscope = 'county'\n", "^x：scope 的“county”无法识别", id="TOML from Windows"),
            pytest.param(f"scope = {'1' * 5000}", "^x：其中的数字过长", id="an endless number"),
            pytest.param(f"scope = {'[' * 5000}", "^x：其中的数字过长或者嵌套过深", id="an endless nest"),
            pytest.param("放假通知", "^x：没有读到“一、元旦", id="anything else"),
        ],
    )
    def test_is_refused_in_its_own_terms(self, text: str, reason: str) -> None:
        with pytest.raises(CalendarError, match=reason):
            read_calendar_text("x", text)

    @given(st.text() | st.lists(st.sampled_from(SCRAPS) | st.text(max_size=3)).map("".join))
    @settings(deadline=None)
    def test_is_read_or_refused_in_words(self, text: str) -> None:
        assert answer(text).startswith("x：")

    @given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.sampled_from(SCRAPS) | st.text(max_size=3))
    @settings(deadline=None, max_examples=300)
    def test_of_a_damaged_notice_is_read_or_refused_in_words(self, start: int, length: int, scrap: str) -> None:
        assert answer(WHOLE[:start] + scrap + WHOLE[start + length :]).startswith("x：")
