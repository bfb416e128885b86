"""How ledgers are written: words of older ledgers, days, names, and the many ways to write nothing."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.vocabulary.case import Channel, PetitionClass, Source
from rules.errors import AnswerRefusedError
from rules.zone import SHANGHAI
from tasks.forms.base import read_date, read_list

NOTHING = frozenset(
    ("", "无", "不详", "不明", "未知", "未留", "空", "-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "#n/a")
)
NOBODY = NOTHING | {"匿名", "匿名信", "匿名群众", "无名", "无名氏", "未署名", "未具名", "佚名"}
"""How ledgers write that there is nothing to write."""

EXCEL_DAY_ZERO = date(1899, 12, 30)

# fmt: off
CHANNELS = {
    **dict.fromkeys(
        ("信", "信件", "信函", "书信", "群众来信", "人民来信", "联名信", "挂号信", "平信", "写信", "邮寄", "快递", "ems", "特快专递", "传真",
         "初信", "重信", "举报信", "感谢信"),
        Channel.LETTER,
    ),
    **dict.fromkeys(
        ("走访", "接访", "上访", "群众来访", "访", "个访", "个体访", "集体访", "初访", "重访", "视频接访", "视频信访", "约访", "下访",
         "领导接访"),
        Channel.VISIT,
    ),
    **dict.fromkeys(("电话", "来电话", "群众来电", "热线", "12345热线", "电话信访", "热线电话"), Channel.CALL),
    **dict.fromkeys(
        ("网信", "网上信访", "网络", "网上来信", "网上投诉", "网络信访", "电子邮件", "邮件", "邮箱", "微信", "手机app", "手机信访", "短信"),
        Channel.ONLINE,
    ),
}
SAYS_MORE = frozenset(("初信", "重信", "初访", "重访", "联名信", "集体访", "挂号信", "视频接访", "视频信访"))
"""Words for a channel that say something else beside it, which is kept as a note."""

CLASSES = {
    **dict.fromkeys(("建议", "意见", "批评建议", "意见建议", "批评意见", "建议意见"), PetitionClass.SUGGESTION),
    **dict.fromkeys(("检举", "控告", "举报", "揭发控告", "检举揭发", "检举控告"), PetitionClass.ACCUSATION),
    **dict.fromkeys(("申诉", "求决", "投诉", "求助", "申诉求决", "投诉请求"), PetitionClass.APPEAL),
}
# fmt: on
OPEN_CLASSES = frozenset(("其他", "其它", "咨询", "待定"))
"""Purposes that fit none of the three classes: the screening officer decides."""

SOURCES = {
    **dict.fromkeys(("自收", "本级", "本机关", "直接受理"), Source.SELF),
    **dict.fromkeys(("省人大", "省人大转", "上级转来", "上级转办"), Source.UPPER_CONGRESS),
    **dict.fromkeys(("领导批示", "领导交办"), Source.LEADER),
    **dict.fromkeys(("代表", "代表转来"), Source.DEPUTY),
}
"""Words of older ledgers beside the labels of the vocabulary."""


COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐",
    )
)
FIGURES = {figure: value for value, figure in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)", re.IGNORECASE)
CLOCK = re.compile(
    r"[ T]*(?:[上下中]午|早上|晚上|凌晨)?[ T]*"
    r"(?:\d{1,2}(?::\d{1,2}){1,2}(?:\.\d+)?(?: *[AP]M)?|(?<![\d/.-])\d{1,2}[时点](?:\d{1,2}分?|半|整)?)$"
    r"|[ T]*[上下中]午$"
)
BESIDE_A_DAY = re.compile(r"\([^()\d]{0,10}\)|[ ,]*(?:星期|周|礼拜)[一二三四五六日天]")
SERIAL = re.compile(r"([3-5]\d{4})(?:\.\d+)?")
FOREIGN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

DAY_ORDERS = {"年月日": None, "月日年": (3, 1, 2), "日月年": (3, 2, 1)}
"""Orders in which days are written in figures; the first is the one that needs no telling."""


@dataclass(frozen=True)
class DayStyle:
    """How a ledger writes its days: from when a workbook counts, and the order of day, month and year."""

    zero: date = EXCEL_DAY_ZERO
    order: str = "年月日"


PLAIN_DAYS = DayStyle()


def read_day(text: str, what: str, style: DayStyle = PLAIN_DAYS) -> date | None:
    """Read a day as people and Excel write it, with or without a time; raises ``AnswerRefusedError``.

    An instant with a zone is turned into Asia/Shanghai first: its day abroad may be another one.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("○", "〇").replace("◯", "〇")
    if INSTANT.fullmatch(plain):
        return _shanghai_day(plain, text, what)
    day = CLOCK.sub("", BESIDE_A_DAY.sub("", plain).strip()).strip()
    if found := SERIAL.fullmatch(day):
        return style.zero + timedelta(days=int(found[1]))  # a date cell that lost its format
    if (order := DAY_ORDERS.get(style.order)) and (foreign := FOREIGN_DAY.fullmatch(day)):
        day = "-".join(foreign[place] for place in order)
    if re.fullmatch(r"[〇零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日?", day):
        day = _in_figures(day)
    if day.isdigit() and len(day) != 8:
        return read_date(f"{text}（位数不对）", what)
    try:
        return read_date(day, what)
    except AnswerRefusedError:
        return read_date(text, what) if text.strip() else None


def _shanghai_day(plain: str, text: str, what: str) -> date | None:
    bare = re.sub(r" ?(Z|UTC|GMT)$", "+00:00", plain, flags=re.IGNORECASE).replace(" +", "+").replace(" -", "-")
    bare = re.sub(r"\.\d+", "", bare)
    try:
        return datetime.fromisoformat(bare).astimezone(SHANGHAI).date()
    except (ValueError, OverflowError):
        return read_date(text, what)


def _in_figures(day: str) -> str:
    year, month, rest = re.split("[年月]", day)
    return f"{''.join(str(FIGURES[c]) for c in year)}-{read_chinese_number(month)}-{read_chinese_number(rest.rstrip('日'))}"


def read_chinese_number(text: str) -> int:
    """Read a number below ten thousand in Chinese figures: 十六, 一百二十, 二〇."""
    if not set(text) & set(TENS):
        return int("".join(str(FIGURES[c]) for c in text))
    total, figure = 0, 0
    for c in text:
        if c in TENS:
            total += (figure or 1) * TENS[c]
            figure = 0
        else:
            figure = FIGURES[c]
    return total + figure


COUNTED = re.compile(
    r"(?P<names>.*?)[ (]*(?:(?P<mark>等|共|一行|合计)[ (]*(?:约|共|近)? *(?P<n>\d{1,6}|[〇零一二两三四五六七八九十百千]{1,7})"
    r"|(?<!\d)(?P<bare>\d{1,6})(?= *(?:余|多)? *[人名位户家])) *(?:余|多|几)? *(?:余|多)?[个人名位户家]?[^\d、，,；;]{0,10}"
)
"""A name cell that says how many people signed: 张三等16名业主, 张三等十六人, 张三（30余户）."""


def split_names(text: str) -> tuple[list[str], int]:
    """Split a name cell; says how many people it speaks of, 0 when it does not say.

    Raises ``AnswerRefusedError`` where blanks leave it open how many people are named.
    """
    if means_nothing(text, NOBODY):
        return [], 0
    plain = unicodedata.normalize("NFKC", text).strip()
    counted = COUNTED.fullmatch(plain)
    told = 0
    if counted:
        number = counted["n"] or counted["bare"]
        told = int(number) if number.isdigit() else read_chinese_number(number)
        plain = counted["names"]
    elif alone := re.fullmatch(r"(.+?)等(?:人)?", plain):
        plain = alone[1]
    else:
        plain = text
    names = [_one_name(name) for name in read_list(plain)]
    return [name for name in names if not means_nothing(name, NOBODY)], told


def _one_name(name: str) -> str:
    """Take the blanks out of a Chinese name (张　三); a name in other letters keeps them."""
    tokens = name.split()
    if len(tokens) < 2 or not all(_is_chinese(token) for token in tokens):
        return " ".join(tokens)
    short = all(len(token) == 1 for token in tokens) and len(tokens) <= MOST_SINGLE_CHARACTERS
    pair = len(tokens) == 2 and (len(tokens[0]) == 1 or len(tokens[1]) == 1 or tokens[0] in COMPOUND_SURNAMES)
    if short or (pair and len(tokens[0]) <= 2 and len(tokens[1]) <= 2):
        return "".join(tokens)
    raise AnswerRefusedError(f"“{name}”分不清是几个人，请用顿号隔开各人姓名")


MOST_SINGLE_CHARACTERS = 4


def _is_chinese(text: str) -> bool:
    return all(unicodedata.name(c, "").startswith(("CJK", "IDEOGRAPHIC")) for c in text)


def means_nothing(text: str, words: frozenset[str] = NOTHING) -> bool:
    """Say whether a cell is empty or says in words that it is."""
    return unicodedata.normalize("NFKC", text).strip().strip("()").lower() in words


def share_out(text: str, size: int) -> list[str]:
    """Give each person his own number when there are as many; otherwise all of them to the first, apart as written."""
    for parts in (read_list(text), tuple(text.split())):
        if len(parts) == size and (size > 1 or not any(c.isspace() for c in text)):
            return list(parts)
    return [text, *[""] * (size - 1)]
