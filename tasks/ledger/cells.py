"""Cells of a ledger: what a spreadsheet keeps as clean text, and text written so that a spreadsheet keeps it."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from rules.normal_form import recoded

RUINED_BY_EXCEL = re.compile(r"0\d+|\d{12,}|[=+\-@＝＋－＠\t\r].*", re.DOTALL)
"""Texts that Excel would turn into rounded numbers (ID numbers lose digits), or would carry out as formulas."""

MARKED_AS_TEXT = re.compile(r"['’‘`＇](?=[\d０-９][\dXxＸｘ０-９\s\-]*$)")
"""A mark before a number that tells a spreadsheet to keep it as text; it is no part of the number."""

EXACT = 10**15
"""From here on a spreadsheet has rounded a whole number: it keeps 15 figures."""

ERRORS = re.compile(r"#(?:REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|BUSY|UNKNOWN)[!?]?", re.IGNORECASE)
"""Error values; ``#N/A`` is not among them: it is how formulas say that there is nothing."""

ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d{1,3}")
"""A number that a spreadsheet shows with an exponent: its last figures are gone."""


def clean(value: Any) -> str:
    """Turn a cell into text: real dates as 2026-03-02, whole numbers without a point, no control characters."""
    if isinstance(value, str):
        return _clean_text(value) if value else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, (date, time, timedelta)):
        return value.isoformat() if not isinstance(value, timedelta) else str(value)
    if isinstance(value, (int, float)) and abs(value) >= EXACT:
        return f"{float(value):.14E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    if text.isascii() and text.isprintable():
        text = text.strip()
    else:
        text = recoded(text).replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()
    if text[:2] == '="' and text[-1] == '"' and len(text) > 2:
        text = text[2:-1].replace('""', '"')
    if text[:1] == "'" and RUINED_BY_EXCEL.fullmatch(text[1:]):
        return text[1:]
    return MARKED_AS_TEXT.sub("", text, count=1)


def guarded(text: str) -> str:
    """Write a text so that Excel shows and saves it unchanged; ``clean`` takes the guard off again."""
    if not RUINED_BY_EXCEL.fullmatch(text):
        return text
    return f'="{text}"' if text.isdigit() else f"'{text}"
