"""Column heads: which of our fields each column of an office's old ledger means."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rules.errors import CaseworkError
from tasks.ledger.words import PLAIN_DAYS, DayStyle

LedgerRow = dict[str, str]

MOST_OF_A_HEAD = 40

# fmt: off
USUAL_HEADS: dict[str, tuple[str, ...]] = {
    "receipt_on": (
        "收信日期", "收信时间", "收件日期", "收件时间", "收文日期", "收到日期", "来信日期", "来信时间", "来访日期", "来访时间",
        "来电日期", "来电时间", "接访日期", "接访时间", "信访日期", "信访时间", "日期",
    ),
    "registered_on": ("登记日期", "登记时间"),
    "postmark_on": ("邮戳日期", "邮戳时间", "邮戳"),
    "closed_on": ("办结日期", "办结时间", "结案日期", "结案时间"),
    "channel": ("信访形式", "形式", "信访方式", "来信来访", "渠道", "信访渠道"),
    "source": ("信访来源", "来源"),
    "name": ("信访人", "姓名", "信访人姓名", "来信人", "来访人", "来电人", "反映人", "署名"),
    "id_number": ("证件号码", "身份证号", "身份证号码", "身份证", "公民身份号码"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "电话号码"),
    "address": ("住址", "地址", "家庭住址", "联系地址", "通讯地址", "信访人住址", "信访人地址"),
    "email": ("电子邮箱", "邮箱"),
    "title": ("标题", "事由", "信访事由", "主题", "信访标题"),
    "content": ("内容", "主要内容", "投诉内容", "信访内容", "诉求", "主要诉求", "反映内容", "反映问题", "反映事项", "内容摘要", "概况"),
    "people_count": ("信访人数", "人数", "联名人数"),
    "visitor_count": ("实际来访人数", "来访人数"),
    "place": ("问题属地", "属地", "所属区县", "所在区县", "区县", "乡镇", "乡镇街道"),
    "addressee": ("受信人", "收信人", "写信对象"),
    "accused": ("被反映人", "被反映单位", "被反映人或单位", "被控告人", "反映对象"),
    "accused_unit": ("被反映单位代码",),
    "upstream_number": ("来函编号", "来文编号", "来文号", "上级编号", "转办编号"),
    "upstream_due_on": ("来函限期",),
    "legacy_number": ("原编号", "编号", "信访编号", "登记编号", "台账编号", "信访件编号"),
    "petition_class": ("信访事项类别", "类别", "信访目的", "信访类别", "事项类别"),
    "content_code": ("内容分类", "问题分类", "问题类别", "内容类别", "分类"),
    "flags": ("标记", "标识"),
    "note": (
        "备注", "承办单位", "责任单位", "主办单位", "协办单位", "转办单位", "转送单位", "交办单位", "去向", "办理方式", "办理情况",
        "办理结果", "办结情况", "处理情况", "处理结果", "答复情况", "领导批示", "批示", "经办人", "登记人", "接访人", "接待人",
        "性别", "年龄", "民族", "职业", "工作单位", "邮编",
    ),
    "": ("序号", "行号"),
}
# fmt: on
"""Our fields, each with the heads that usually mean it, best first; the first one is the name that sentences use.

``note`` takes any number of columns: they are kept, sealed, below the petition's text. The empty field is not read:
a row's position in its sheet means nothing.
"""


class LedgerError(CaseworkError):
    """A ledger or its column file cannot be used as a whole; nothing was registered."""


@dataclass(frozen=True)
class Cell:
    """What a row says about one field, and under which head."""

    head: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The heads of one ledger sorted by our fields, and what to assume where the ledger says nothing."""

    heads: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What the office's own words mean, by field; the empty field holds for all."""
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    days: DayStyle = PLAIN_DAYS

    def cell(self, row: LedgerRow, name: str) -> Cell:
        """Read the best filled column of a field, or what is assumed for it."""
        heads = self.heads.get(name, ())
        head = next((head for head in heads if row.get(head, "").strip()), None)
        if head is None:
            return Cell(heads[0] if heads else title_of(name), self.defaults.get(name, ""))
        return Cell(head, row[head].strip())

    def meant(self, name: str, text: str) -> str:
        """What the column file says that a word means; the word itself where it says nothing."""
        return self.values.get(name, {}).get(text) or self.values.get("", {}).get(text, text)

    def rest(self, row: LedgerRow, name: str) -> list[Cell]:
        """Read the filled columns of a field that ``cell`` passes over."""
        used = self.cell(row, name)
        heads = self.heads.get(name, ())
        return [Cell(h, row[h].strip()) for h in heads if h != used.head and row.get(h, "").strip() not in ("", used.text)]


def title_of(name: str) -> str:
    """Name a field in the office's words."""
    return USUAL_HEADS[name][0]


def plain_head(head: str) -> str:
    """Strip a head of what offices add to it: blanks, a star, a colon, a remark in brackets."""
    bare = "".join(unicodedata.normalize("NFKC", head).split()).strip("*:")
    return re.sub(r"\(.*?\)$", "", bare).strip("*:") or bare


_KNOWN = {head: name for name, known in USUAL_HEADS.items() for head in known}


def means_field(head: str) -> bool:
    """Say whether a text is a usual head."""
    return len(head) <= MOST_OF_A_HEAD and plain_head(head) in _KNOWN


def looks_like_heads(cells: Sequence[str]) -> bool:
    """Say whether a line is the heads of a ledger: a day and something else, each under a usual name."""
    found = {_KNOWN.get(plain_head(cell)) for cell in cells if cell and len(cell) <= MOST_OF_A_HEAD}
    return bool(found & {"receipt_on", "registered_on"}) and len(found - {None}) > 1


def sort_heads(heads: Sequence[str], path: Path | None = None) -> Columns:
    """Sort a ledger's heads by field, first as its column file says, then as heads usually mean.

    Raises ``LedgerError`` when no column tells the receipt date or the channel.
    """
    chosen, defaults, values = read_columns_file(path) if path else ({}, {}, {})
    wanted = {head: name for head, name in chosen.items() if head in heads}
    usual = {plain_head(head): (name, rank) for name, known in USUAL_HEADS.items() for rank, head in enumerate(known)}
    found: dict[str, list[tuple[int, str]]] = {}
    unknown = []
    for head in heads:
        name, rank = (wanted[head], -1) if head in wanted else usual.get(plain_head(head), (None, 0))
        if name is None:
            unknown.append(head)
        else:
            found.setdefault(name, []).append((rank, head))
    sorted_heads = {name: tuple(head for _, head in sorted(ranked, key=lambda pair: pair[0])) for name, ranked in found.items()}
    missing = tuple(head for head in chosen if head not in heads)
    found_columns = Columns(heads=sorted_heads, defaults=defaults, values=values, unknown=tuple(unknown), missing=missing)
    return _usable(found_columns, heads)


def _usable(columns: Columns, heads: Sequence[str]) -> Columns:
    seen = "、".join(heads[:8])
    if not {"receipt_on", "registered_on"} & columns.heads.keys():
        raise LedgerError(f"看不出哪一列是收信日期（读到的表头：{seen}），请核对表头，或用 --columns 指明各列")
    if "channel" not in columns.heads and not columns.defaults.get("channel"):
        raise LedgerError('没有“信访形式”一列，请在列对照文件的 [defaults] 中写明，例如 "信访形式" = "来信"')
    return columns


Fields = dict[str, str]


def read_columns_file(path: Path) -> tuple[Fields, Fields, dict[str, Fields]]:
    """Read which field each head means, what to assume, and what words mean; raises ``LedgerError`` naming the line's head."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"列对照文件 {path.name} 打不开，请核对文件名，并存为 UTF-8 文本") from error
    except tomllib.TOMLDecodeError as error:
        raise LedgerError(f"列对照文件 {path.name} 格式不对（{error}），列名请加英文双引号") from error
    for section in found:
        if section not in ("columns", "defaults", "values"):
            raise LedgerError(f"列对照文件 {path.name} 不认识“{section}”一节，只能有 [columns]、[defaults] 和 [values]")
    columns = {head: _field(value, head, path) for head, value in _texts(found, "columns", path).items()}
    defaults = {_field(name, name, path): value for name, value in _texts(found, "defaults", path).items()}
    return columns, defaults, _values(found.get("values", {}), path)


def _values(found: Any, path: Path) -> dict[str, Fields]:
    """What words mean: lines of [values] hold for all fields, those of [values."信访形式"] for that one."""
    if not isinstance(found, dict):
        raise LedgerError(f'列对照文件 {path.name} 的 [values] 每行都应是 "原词" = "现用词" 的样子')
    general = {word: meant for word, meant in found.items() if not isinstance(meant, dict)}
    values = {"": _texts({"values": general}, "values", path)}
    for name, words in found.items():
        if isinstance(words, dict):
            values[_field(name, name, path)] = _texts({"values": words}, "values", path)
    return values


def _texts(found: dict[str, Any], section: str, path: Path) -> dict[str, str]:
    lines = found.get(section, {})
    if not isinstance(lines, dict) or not all(isinstance(value, str) for value in lines.values()):
        raise LedgerError(f'列对照文件 {path.name} 的 [{section}] 每行都应是 "列名" = "字段" 的样子')
    return lines


def _field(name: str, head: str, path: Path) -> str:
    if name in USUAL_HEADS:
        return name
    for known, heads in USUAL_HEADS.items():
        if plain_head(name) in heads:
            return known
    choices = "、".join(title_of(known) for known in USUAL_HEADS if known)
    raise LedgerError(f'列对照文件 {path.name} 中“{head}”对应的“{name}”不是已知字段，可填：{choices}；不导入的列填 ""')
