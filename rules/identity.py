"""Numbers of papers: what looks wrong is a warning, never a refusal, for letters carry wrong numbers."""

import re
from datetime import date

from rules.normal_form import CHECK_CHARACTERS, check_character

OTHER_PAPERS = re.compile(r"[A-Z]{1,3}\d{6,12}[A-Z]?|\d{8}|\d{8}[A-Z]{0,2}\d{2}|[A-Z]{2}[A-Z\d]{5,7}")
"""Passports, 港澳居民来往内地通行证 (H or M), 台湾居民来往大陆通行证 (digits) and 外国人永久居留身份证 (three letters)."""

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width characters, which a Chinese keyboard writes; other strange digits stay strange."""


def id_number_warning(number: str) -> str:
    """Say in Chinese what looks wrong about a number of a paper; an empty text when nothing does.

    Only the citizen's card can be checked; numbers of other papers are taken as they are.
    """
    number = re.sub(r"[\s\-‐–—·.]", "", number.translate(WIDE)).upper()
    if not number or OTHER_PAPERS.fullmatch(number):
        return ""
    if len(number) == 15 and _digits(number):
        return "证件号码是 15 位旧号码，请核对"
    if len(number) != 18 or not _digits(number[:17]):
        return "证件号码不是 18 位，请核对"
    if check_character(number[:17]) != number[17]:
        return "证件号码校验位不符，请核对原信"
    if _birthday(number) is None:
        return "证件号码中的出生日期不存在，请核对原信"
    return ""


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _birthday(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


__all__ = ["CHECK_CHARACTERS", "check_character", "id_number_warning"]
