"""Reading the State Council's holiday notice as plain text: a sentence not understood to its end is refused."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from unicodedata import category, normalize

from rules.data.calendar_files import SATURDAY, CalendarError, CalendarFile, calendar_from, days_of_holiday, parse_calendar
from rules.data.data_files import MARK, Row

ONE_DAY = timedelta(days=1)
NUMERALS = "一二三四五六七八九十"
WEEKDAYS = "一二三四五六日天"
NAME = "一-鿿、"
YEAR = "(?:19|20)[0-9]{2}"
# Repeats have bounds: a long wrong file must be refused at once, not after minutes of trying.
SAID = rf"(?:\([^()]{{0,40}}\)|(?:周|星期|礼拜)[{WEEKDAYS}]){{0,3}}"
DAY = rf"(?:{YEAR}年)?(?:[0-9]{{1,2}}月)?[0-9]{{1,2}}日{SAID}"
SPAN = rf"{DAY}(?:(?:至|到|[-~–—]{{1,2}}){DAY})?"
COUNT = "共?([0-9]{1,2})天"
SIGNED = rf"({YEAR})\s*年\s*([0-9]{{1,2}})\s*月\s*([0-9]{{1,2}})\s*日"

LOOKS_LIKE_TOML = re.compile(r"^[ \t]*(?:scope\b|year[ \t]*=|\[\[)", re.MULTILINE)
TITLE = re.compile(rf"关于({YEAR})年(?:部分)?节假日安排|现将({YEAR})年")
NUMBER = re.compile(rf"(国办发(?:明电)?)[〔\[(【]({YEAR})[〕\])】]([0-9]{{1,4}})号")
ANNOUNCED = re.compile(rf"现将{YEAR}年([{NAME}]+?)放假")
SIGNATURES = (rf"国务院办公厅\s*{SIGNED}", rf"成文日期\]?:?\s*{SIGNED}", rf"^[^\S\n]*\(?{SIGNED}\)?[^\S\n]*$")
HEAD = re.compile(rf"(?:^|(?<=[\s。.;:]))([{NUMERALS}])\s*、\s*([一-鿿][{NAME}\s]{{0,19}}?)(?::|(?=[0-9]))")
TELLING = re.compile(rf"[0-9]|上班|补休|[{NUMERALS}]日")
CLAUSE = re.compile(rf"({SPAN}(?:[、,和及]{{1,2}}{SPAN}){{0,9}}),?(?:均|照常|正常|调休)?(放假|补休|上班)")
PART = re.compile(rf"(?:({YEAR})年)?(?:([0-9]{{1,2}})月)?([0-9]{{1,2}})日({SAID})")
FILLING = re.compile(rf"{COUNT}|不?调休|(?:与周.)?连休|\([^()0-9]{{0,40}}\)|[、,]")
MODEL = "“1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”"


def read_calendar_text(name: str, text: str) -> CalendarFile:
    """Read a calendar from our TOML or from the notice's own words; raises ``CalendarError``."""
    if LOOKS_LIKE_TOML.search(text.removeprefix(MARK)):
        return parse_calendar(name, text)
    return read_notice(name, text)


def read_notice(name: str, text: str) -> CalendarFile:
    """Read 国务院办公厅关于20××年部分节假日安排的通知; raises ``CalendarError`` with the item and what to do.

    A day of another year is left out if it is a Saturday or Sunday anyway, and refused otherwise. A weekend that a
    holiday is joined to (与周末连休) stays a weekend. What employers are encouraged to give (鼓励) is no holiday.
    """
    top = Row(name, CalendarError, {})
    # Full-width digits and signs become half-width; the invisible characters of web pages go.
    plain = "".join(char for char in normalize("NFKC", text) if category(char) != "Cf")
    heads = list(HEAD.finditer(plain))
    if not heads:
        top.refuse("没有读到“一、元旦：……”这样的条目，请粘贴放假通知的全文")
    opening = _close_up(plain[: heads[0].start()])
    year = _year(top, opening)
    signed, issued_on = _signature(top, plain)
    notice = {"title": f"国务院办公厅关于{year}年部分节假日安排的通知", "number": _number(opening), "date": issued_on}
    items = list(_items(top, plain, heads, signed if signed > heads[-1].end() else len(plain)))
    _check_announced(top, opening, [holiday for _, holiday, _ in items])
    rest, makeup = [], []
    for place, holiday, body in items:
        resting, working = _days(place, year, body)
        rest += [replace(place, cells={"holiday": holiday, "from": day}, read=set()) for day in resting]
        makeup.append(replace(place, cells={"holiday": holiday, "days": working}, read=set()))
    top = replace(top, cells={"scope": "national", "year": year, "notice": [notice]})
    return calendar_from(top, rest=rest, makeup=makeup)


def _close_up(text: str) -> str:
    """Take out all white space: lines of a pasted text break anywhere."""
    return "".join(text.split())


def _year(top: Row, opening: str) -> int:
    found = {int(title or text) for title, text in TITLE.findall(opening)}
    if not found:
        top.refuse("没有读到年份，请连同标题“国务院办公厅关于20××年部分节假日安排的通知”一起粘贴")
    if len(found) > 1:
        top.refuse(f"开头出现了 {'、'.join(map(str, sorted(found)))} 几个年份，请只粘贴一份通知")
    return found.pop()


def _number(opening: str) -> str:
    """Write the document number in its official brackets; it may be missing."""
    found = NUMBER.search(opening)
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found else ""


def _signature(top: Row, plain: str) -> tuple[int, date]:
    """Find where the notice is signed and its date, in the surest place that has one."""
    for place in SIGNATURES:
        if found := list(re.finditer(place, plain, re.MULTILINE)):
            return found[-1].start(), _date(top, *map(int, found[-1].groups()))
    top.refuse("没有读到发文日期，请连同文末的“国务院办公厅 20××年×月×日”一起粘贴")


def _items(top: Row, plain: str, heads: list[re.Match[str]], end: int) -> Iterator[tuple[Row, str, str]]:
    """Cut the text into numbered items; a gap in the numbers means that one was lost."""
    ends = [head.start() for head in heads[1:]] + [end]
    for number, (head, stop) in enumerate(zip(heads, ends, strict=True)):
        holiday = _close_up(head[2]).strip("、")
        place = Row(top.file, CalendarError, {}, f"{head[1]}、{holiday}")
        if head[1] != NUMERALS[number : number + 1]:
            place.refuse(f"这是读到的第 {number + 1} 条，编号不连续，请检查前面是否漏了条目，或者条目缺了名称、冒号")
        yield place, holiday, _close_up(plain[head.end() : stop])


def _check_announced(top: Row, opening: str, holidays: list[str]) -> None:
    """Refuse a notice that announces a holiday in its opening and then has no item for it."""
    announced = ANNOUNCED.search(opening)
    for word in re.split("[、和及]", announced[1]) if announced else ():
        if not any(word in holiday for holiday in holidays):
            top.refuse(f"开头提到“{word}”，后面却没有这一条，请补全后重试")


def _days(place: Row, year: int, body: str) -> tuple[list[date], list[date]]:
    """Read an item's rest days (of the notice's year) and make-up days."""
    rest: list[date] = []
    makeup: list[date] = []
    counted = 0
    for sentence in _sentences(place, body):
        counted += sum(int(count) for count in re.findall(COUNT, sentence))
        for clause in CLAUSE.finditer(sentence):
            for first, last in _spans(place, year, clause[1]):
                (makeup if clause[2] == "上班" else rest).extend(days_of_holiday(place, first, last))
    if not rest:
        place.refuse(f"没有读到放假日期，请照{MODEL}的写法补上")
    if counted and counted != len(rest) and not ("连休" in body and counted == _joined(rest)):
        place.refuse(f"写作共 {counted} 天，按起止日期却是 {len(rest)} 天，请核对原文")
    return list(_within(place, year, rest)), makeup


def _sentences(place: Row, body: str) -> Iterator[str]:
    """Yield the sentences that tell of days, each understood to its end."""
    for sentence in re.split("[。.;!?]", body):
        told = sentence.partition("鼓励")[0]
        if not TELLING.search(told):
            continue
        if left := FILLING.sub("", CLAUSE.sub("", told)):
            place.refuse(f"“{told[:40]}”中的“{left[:20]}”看不懂，请照{MODEL}的写法改写；与放假无关的话请删去")
        yield told


def _spans(place: Row, year: int, words: str) -> Iterator[tuple[date, date]]:
    """Read days and ranges of days; a day without a month is of the month named before it."""
    days: list[date] = []
    for span in re.finditer(SPAN, words):
        first = len(days)
        for part in PART.finditer(span[0]):
            days.append(_day(place, part, year, days[-1] if days else None))
        yield days[first], days[-1]


def _day(place: Row, part: re.Match[str], year: int, before: date | None) -> date:
    if part[2]:
        day = _date(place, int(part[1] or year), int(part[2]), int(part[3]))
    elif before:
        day = _date(place, before.year, before.month, int(part[3]))
    else:
        place.refuse(f"“{part[0]}”没有写明月份，请补上")
    for said in re.findall(f"(?:周|星期|礼拜)([{WEEKDAYS}])", part[4]):
        if min(WEEKDAYS.index(said), 6) != day.weekday():
            place.refuse(f"“{part[0]}”有误：{day} 是周{WEEKDAYS[day.weekday()]}，请核对原文和年份")
    return day


def _date(place: Row, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        place.refuse(f"没有 {year}年{month}月{day}日 这一天，请核对原文")


def _joined(rest: list[date]) -> int:
    """Count the days from first to last together with the weekend before and after."""
    first, last = min(rest), max(rest)
    while (first - ONE_DAY).weekday() >= SATURDAY:
        first -= ONE_DAY
    while (last + ONE_DAY).weekday() >= SATURDAY:
        last += ONE_DAY
    return (last - first).days + 1


def _within(place: Row, year: int, rest: list[date]) -> Iterator[date]:
    for day in rest:
        if day.year == year:
            yield day
        elif day.weekday() < SATURDAY:
            place.refuse(f"{day} 不在 {year} 年内，又不是周末：请先写进 {day.year} 年的日历，再从本条删去并改正天数")
