"""How ledgers are written: words of older ledgers, days, names, and the many ways to write nothing."""

import re
import unicodedata
from datetime import date, timedelta

from models.vocabulary.case import Channel, PetitionClass, Source
from tasks.forms.base import read_date, read_list

NOTHING = frozenset(
    ("", "无", "不详", "不明", "未知", "未留", "空", "-", "--", "—", "——", "/", "\\", "n/a", "na", "null", "#n/a")
)
NOBODY = NOTHING | {"匿名", "匿名信", "匿名群众", "无名", "无名氏", "未署名", "未具名", "佚名"}
"""How ledgers write that there is nothing to write."""

EXCEL_DAY_ZERO = date(1899, 12, 30)

CHANNELS = {
    **dict.fromkeys(("信", "信件", "信函", "书信", "群众来信", "写信", "邮寄", "传真"), Channel.LETTER),
    **dict.fromkeys(("走访", "接访", "上访", "群众来访", "访", "个访", "集体访"), Channel.VISIT),
    **dict.fromkeys(("电话", "来电话", "群众来电", "热线", "12345热线"), Channel.CALL),
    **dict.fromkeys(("网信", "网上信访", "网络", "网上来信", "电子邮件", "邮件", "邮箱", "微信", "手机app"), Channel.ONLINE),
}
CLASSES = {
    **dict.fromkeys(("意见建议", "建议", "意见", "批评建议"), PetitionClass.SUGGESTION),
    **dict.fromkeys(("检举", "控告", "举报", "揭发控告", "检举揭发"), PetitionClass.ACCUSATION),
    **dict.fromkeys(("申诉", "求决", "投诉", "求助"), PetitionClass.APPEAL),
}
OPEN_CLASSES = frozenset(("其他", "其它", "咨询", "待定"))
"""Purposes that fit none of the three classes: the screening officer decides."""

SOURCES = {
    **dict.fromkeys(("自收", "本级", "本机关", "直接受理"), Source.SELF),
    **dict.fromkeys(("省人大", "省人大转", "上级转来", "上级转办"), Source.UPPER_CONGRESS),
    **dict.fromkeys(("领导批示", "领导交办"), Source.LEADER),
    **dict.fromkeys(("代表", "代表转来"), Source.DEPUTY),
}
"""Words of older ledgers beside the labels of the vocabulary."""


def read_day(text: str, what: str) -> date | None:
    """Read a day as people and Excel write it, with or without a time; raises ``AnswerRefusedError``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    day = re.split(r"(?<=[\d日])[ T]+(?=\d{1,2}:)", plain)[0]
    if re.fullmatch(r"[3-5]\d{4}", day):
        return EXCEL_DAY_ZERO + timedelta(days=int(day))  # a date cell that lost its format
    if day.isdigit() and len(day) != 8:
        return read_date(f"{text}（位数不对）", what)
    return read_date(day, what)


def split_names(text: str) -> tuple[list[str], int]:
    """Split a name cell; says how many people it speaks of, 0 when it does not say."""
    if means_nothing(text, NOBODY):
        return [], 0
    counted = re.fullmatch(r"(.+?)等(?: *(\d{1,6}) *余? *[人名位])?人?", unicodedata.normalize("NFKC", text).strip())
    told = int(counted[2] or 0) if counted else 0
    names = read_list(counted[1] if counted else text)
    return ["".join(name.split()) if not name.isascii() else name for name in names if not means_nothing(name, NOBODY)], told


def means_nothing(text: str, words: frozenset[str] = NOTHING) -> bool:
    """Say whether a cell is empty or says in words that it is."""
    return unicodedata.normalize("NFKC", text).strip().strip("()").lower() in words


def share_out(text: str, size: int) -> list[str]:
    """Give each person his own number when there are as many; otherwise all of them to the first."""
    parts = read_list(text)
    return list(parts) if len(parts) == size else [text, *[""] * (size - 1)]
