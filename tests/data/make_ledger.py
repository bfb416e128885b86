"""Makes ledger.xlsx: 500 invented rows of an old ledger, 20 of them bad; always the same ones."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from rules.identity import check_character

FILE = Path(__file__).with_name("ledger.xlsx")
ROWS = 500
TITLE = "某市人大常委会信访台账（虚构数据，仅供测试）"
HEADS = (
    "序号",
    "原编号",
    "收信日期",
    "邮戳日期",
    "信访形式",
    "信访人",
    "身份证号",
    "联系电话",
    "住址",
    "事由",
    "主要内容",
    "信访人数",
    "属地",
    "受信人",
    "信访目的",
    "内容分类",
    "承办单位",
    "办结日期",
    "柜号",
)

FAMILY = "甲乙丙丁戊己庚辛壬癸"
GIVEN = ("测一", "测二", "试三", "试四", "样五", "样六", "例七")
CHANNELS = ("来信", "来访", "来电", "网信", "信函", "走访", "电话")
PLACES = ("东区", "西区", "南县", "北县", "开发区")
PURPOSES = ("申诉", "求决", "意见建议", "揭发控告", "咨询", "其他")
MATTERS = (
    ("反映小区物业服务问题", "城乡建设/物业服务", "电梯长期停运，请求督促修复", "市住建局"),
    ("反映拖欠工程款问题", "劳动和社会保障/工资福利", "完工两年未结清，请求协调", "市人社局"),
    ("反映案件执行问题", "政法/诉讼", "判决生效后一直没有执行到位", "市中级人民法院"),
    ("建议增设公交站点", "交通运输/公共交通", "新建住宅区附近没有站点", "市交通局"),
    ("反映夜间施工噪音", "环境保护/环境污染", "工地连续多日夜间施工", "市生态环境局"),
    ("反映土地补偿问题", "国土资源/土地征收", "对补偿标准有异议，请求复核", "市自然资源局"),
)

BAD: dict[int, dict[str, Any]] = {
    21: {"收信日期": "2019-13-02"},
    47: {"收信日期": "2019年2月30日"},
    66: {"收信日期": None},
    88: {"收信日期": "不详"},
    109: {"收信日期": date(2109, 3, 2)},
    135: {"收信日期": "1019-03-02"},
    150: {"信访形式": "托人带话"},
    171: {"信访形式": "当面"},
    198: {"信访形式": None},
    214: {"信访人数": "十几人"},
    233: {"信访人数": 0},
    260: {"信访人数": "若干"},
    281: {"邮戳日期": date(2021, 12, 31), "收信日期": date(2020, 1, 6), "办结日期": None},
    302: {"邮戳日期": "三月初"},
    325: {"信访目的": "领导很重视"},
    349: {"信访目的": "？"},
    377: {"办结日期": "2019/15/40"},
    401: {"办结日期": date(2001, 1, 1)},
    444: {"原编号": "台账-0443"},
    490: {"信访形式": "书记信箱", "收信日期": "20190", "信访人数": "3个多"},
}
"""The bad rows by their place: dates unreadable, missing, to come or too old; words not known; counts; numbers used twice."""

WRONG_CHECK_DIGIT = (12, 130, 257, 366)
ANONYMOUS = {5: None, 77: "匿名", 155: None, 243: "未署名", 318: "匿名信", 420: None}
NO_CONTENT = (33, 155, 410)


def rows() -> list[dict[str, Any]]:
    """Make the rows in the order of the sheet."""
    return [_row(place) for place in range(1, ROWS + 1)]


def _row(place: int) -> dict[str, Any]:
    matter, code, content, unit = MATTERS[place % len(MATTERS)]
    received = date(2018, 1, 2) + timedelta(days=place * 4)
    channel = CHANNELS[place % len(CHANNELS)]
    row: dict[str, Any] = {
        "序号": place,
        "原编号": f"台账-{place:04d}",
        "收信日期": _as_written(received, place),
        "邮戳日期": received - timedelta(days=3) if channel in ("来信", "信函") else None,
        "信访形式": channel,
        "信访人": _name(place),
        "身份证号": _id_number(place),
        "联系电话": f"1380000{place:04d}",
        "住址": f"虚构{PLACES[place % 5]}第{place}号",
        "事由": matter,
        "主要内容": f"{content}（第 {place} 件）",
        "信访人数": _people(place),
        "属地": PLACES[place % 5],
        "受信人": "市人大常委会",
        "信访目的": PURPOSES[place % 6],
        "内容分类": code,
        "承办单位": unit,
        "办结日期": received + timedelta(days=50) if place % 3 else "办理中",
        "柜号": f"{place % 9}柜",
    }
    if place in ANONYMOUS:
        row |= {"信访人": ANONYMOUS[place], "身份证号": None, "联系电话": None, "住址": None}
    if place in NO_CONTENT:
        row["主要内容"] = None
    return row | BAD.get(place, {})


def _as_written(day: date, place: int) -> object:
    """Write a day as different clerks did: real dates and four kinds of text."""
    kinds = (
        day,
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    )
    return kinds[place % 5] if place % 2 else day


def _name(place: int) -> str:
    name = f"{FAMILY[place % 10]}{GIVEN[place % 7]}"
    return f"{name}等{place % 20 + 2}人" if place % 40 == 0 else name


def _people(place: int) -> object:
    if place % 40 == 0:
        return None
    return f"{place % 4 + 1}人" if place % 6 == 0 else place % 4 + 1


def _id_number(place: int) -> str | None:
    """Make a number with a right check digit in an area that does not exist (99…)."""
    if place % 3 == 0 and place not in WRONG_CHECK_DIGIT:
        return None
    body = f"990000{1950 + place % 50}{place % 12 + 1:02d}{place % 28 + 1:02d}{place:03d}"
    right = check_character(body)
    return body + (right if place not in WRONG_CHECK_DIGIT else "1" if right == "0" else "0")


def build() -> bytes:
    """Write the workbook: the heads and the rows, without the moment of writing, so that it never differs."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "台账"
    sheet.append(HEADS)
    for row in rows():
        sheet.append([row[head] for head in HEADS])
    book.properties.title, book.properties.creator = TITLE, "make_ledger"
    book.properties.created = datetime(2026, 1, 5)  # noqa: DTZ001 (a label)
    written = io.BytesIO()
    book.save(written)
    return _without_moment(written.getvalue())


def _without_moment(content: bytes) -> bytes:
    repacked = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-05T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return repacked.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(build())
