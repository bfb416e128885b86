"""Texts that people typed, as a terminal and a Markdown page may show them: everything is read, nothing is obeyed."""

import re
import unicodedata

MARKS = str.maketrans("<>&*|[]`~#\\", "＜＞＆＊／［］｀～＃＼")
"""Marks of Markdown and HTML and their full-width likeness. Not backslashes: renderers look for addresses after these."""

LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underscore that may begin or end emphasis; one within a word (npc_city) may not."""

ADDRESSES = ((re.compile(r":(?=//)"), "："), (re.compile(r"(?i)(?<=www)\."), "．"), (re.compile(r"@(?=[\w-]+\.)"), "＠"))
"""What renderers make links of without any mark."""

OPENINGS = (
    (re.compile(r"^\+"), "＋"),
    (re.compile(r"^-"), "－"),
    (re.compile(r"^="), "＝"),
    (re.compile(r"^(\d+)[.)](?=\s|$)"), r"\1．"),
)
"""What makes a list or a heading at the head of a line, where a text may stand alone in an item of a list."""

CONTROL_PICTURES, DELETE = 0x2400, 0x7F
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows, so that a line reads otherwise than it is."""


def visible(text: str) -> str:
    """Show a text's control characters and turns of direction as pictures or numbers; line breaks stay, a tab is a space."""
    if text.isprintable():  # almost every text: none of these characters is printable
        return text
    return "".join(letter if letter == "\n" else _picture(letter) for letter in text)


def on_markdown(text: str) -> str:
    """Write a text in one line of Markdown in which no mark of Markdown or HTML, and no address, is anything but text."""
    line = visible(" ".join(text.split())).translate(MARKS)
    line = LOOSE_UNDERSCORE.sub("＿", line)
    for pattern, shown in (*ADDRESSES, *OPENINGS):
        line = pattern.sub(shown, line)
    return line


def _picture(letter: str) -> str:
    code = ord(letter)
    if letter == "\t":
        return " "
    if code < 0x20:
        return chr(CONTROL_PICTURES + code)
    if code == DELETE:
        return "␡"
    turns = letter in TURNING or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
    return f"⟨U+{code:04X}⟩" if turns else letter
