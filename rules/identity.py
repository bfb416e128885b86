"""Citizen identity numbers: what looks wrong is a warning, never a refusal, for letters carry wrong numbers."""

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
"""GB 11643-1999: the weighted sum modulo 11 (ISO 7064 MOD 11-2) chooses the last character."""


def id_number_warning(number: str) -> str:
    """Say in Chinese what looks wrong about an 18-character number; an empty text when nothing does."""
    number = number.strip().upper()
    if not number:
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


def check_character(body: str) -> str:
    """Compute the check character of the first 17 digits."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def _birthday(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
