"""The one written form of names, numbers and words by which the same one is recognised: for keys, hashes, search and hints.

What a petitioner wrote is kept as it was written; these forms are compared, never shown.
"""

import re
import unicodedata

# fmt: off
RECODED = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15, 0xE793: 0xFE16,
    0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19, 0xE7C7: 0x1E3F, 0xE7C8: 0x01F9,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}
# fmt: on
"""Characters that older tables of GB 18030 kept in the private area, by the place that GB 18030-2022 gives them."""

NAME_DOTS = dict.fromkeys(map(ord, "·•‧・･⋅∙●．.﹒᛫∘◦"), "·")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
"""GB 11643-1999: the weighted sum modulo 11 (ISO 7064 MOD 11-2) chooses the last character."""

PHONE_SEPARATORS = re.compile(r"[、，,；;/\\|\n]+|或")
OWN_COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10}$)|(?:\+|00)86(?=\d{9,11}$)")


def recoded(text: str) -> str:
    """Write characters of older code tables as GB 18030-2022 does."""
    return text.translate(RECODED)


def plain_form(text: str) -> str:
    """Any text without what does not tell texts apart: width, case, blanks, invisible characters."""
    shown = unicodedata.normalize("NFKC", recoded(text))
    kept = "".join(c for c in shown if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFKC", kept.upper())


def name_form(text: str) -> str:
    """A name, with one dot for the many that stand between the parts of a name (买买提·艾力)."""
    return plain_form(text.translate(NAME_DOTS)).translate(NAME_DOTS)


def phone_forms(text: str) -> tuple[str, ...]:
    """Each phone of a cell by itself: digits only, without +86; a text without digits is compared as written."""
    found = (_phone(part) for part in PHONE_SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(one for one in found if one))


def _phone(text: str) -> str:
    bare = "".join(c for c in plain_form(text) if c.isdigit() or c == "+")
    return OWN_COUNTRY.sub("", bare, count=1).strip("+") or plain_form(text)


def phone_form(text: str) -> str:
    """The phones of a cell as one text, the first one first."""
    return "/".join(phone_forms(text))


def id_form(text: str) -> str:
    """An identity number in capitals without blanks and marks; 15 digits as the 18 of the same person."""
    bare = "".join(c for c in plain_form(text) if c.isalnum())
    if re.fullmatch(r"\d{15}", bare) and bare.isascii():
        body = f"{bare[:6]}19{bare[6:]}"  # GB 11643-1989 had two figures for the year
        return body + check_character(body)
    return bare or plain_form(text)


def check_character(body: str) -> str:
    """Compute the check character of the first 17 digits."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def number_form(text: str) -> str:
    """A petition's number or a work number as people type it: capitals, one kind of dash; no numeral in a circle counts as a digit."""
    if any(unicodedata.category(letter) == "No" for letter in text):
        return text
    return re.sub(r"[‐‑‒–—―−－_]", "-", plain_form(text))
