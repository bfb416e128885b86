"""Texts that people typed are read on a page and on a terminal; nothing in them is obeyed."""

import re

import pytest
from markdown_it import MarkdownIt

from models.vocabulary.case import Step
from tasks.casework.drafts import Person
from tasks.reading.casefile import case_file, form_description
from tasks.reading.plain import on_markdown, visible
from tasks.record.cases import find_petition
from trials.harness.office import MONDAY, Office

MARKED = [
    pytest.param("<img src=x onerror=alert(1)>", "＜img src=x onerror=alert(1)＞", id="an HTML tag"),
    pytest.param("&lt;b&gt;", "＆lt;b＆gt;", id="an entity"),
    pytest.param("![甲](http://x.test/a.png)", "!［甲］(http：//x.test/a.png)", id="an image"),
    pytest.param("[甲](javascript:alert(1))", "［甲］(javascript:alert(1))", id="a link"),
    pytest.param("<https://x.test>", "＜https：//x.test＞", id="an autolink"),
    pytest.param("见 https://x.test/a", "见 https：//x.test/a", id="a bare address"),
    pytest.param("见 WWW.x.test", "见 WWW．x.test", id="an address without a scheme"),
    pytest.param("写信 a@x.test", "写信 a＠x.test", id="an e-mail address"),
    pytest.param("# 大标题", "＃ 大标题", id="a heading"),
    pytest.param("甲\n===", "甲 ===", id="a heading by underlining"),
    pytest.param("- 甲", "－ 甲", id="a list of dashes"),
    pytest.param("+ 甲", "＋ 甲", id="a list of pluses"),
    pytest.param("1. 甲", "1． 甲", id="a numbered list"),
    pytest.param("> 甲", "＞ 甲", id="a quotation"),
    pytest.param("甲|乙", "甲／乙", id="a bar of a table"),
    pytest.param("```\n甲\n```", "｀｀｀ 甲 ｀｀｀", id="a code fence"),
    pytest.param("~~甲~~", "～～甲～～", id="struck out"),
    pytest.param("**甲**", "＊＊甲＊＊", id="stars"),
    pytest.param("__甲__", "＿＿甲＿＿", id="underscores"),
    pytest.param("\\<b>", "＼＜b＞", id="a backslash"),
    pytest.param("甲\r\n\n\u2028乙", "甲 乙", id="line breaks"),
    pytest.param("甲\u202e乙\x1b[2J", "甲⟨U+202E⟩乙␛［2J", id="control characters"),
]
HARMLESS = ["npc_city@2022-05-01", "2026-03-02（周一）", "市人信交〔2026〕1号", "3.5 日", "A/B 座 (二期)"]


@pytest.mark.parametrize(("typed", "shown"), MARKED)
def test_every_mark_is_only_text(typed: str, shown: str) -> None:
    assert on_markdown(typed) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_mark_stays_as_it_is(text: str) -> None:
    assert on_markdown(text) == text


@pytest.mark.parametrize("typed", [param.values[0] for param in MARKED], ids=[param.id for param in MARKED])
def test_the_pages_of_a_case_hold_nothing_but_what_the_office_drew(office: Office, typed: str) -> None:
    """Tags of the drawn page are those of the same page with a harmless text in every place."""

    def pages(text: str) -> list[list[str]]:
        number = office.register(title=f"{text}甲", place=text, persons=(Person(name=text),))
        with office.database.read() as session:
            petition = find_petition(session, number)
            file = case_file(session, petition, today=MONDAY.date()).markdown()
            form = form_description(session, petition, None, Step.SCREEN, today=MONDAY.date(), refusal=text)
        draw = MarkdownIt("gfm-like", {"linkify": False}).render
        return [re.findall(r"<[^>]*>", draw(page)) for page in (file, form)]

    assert pages(typed) == pages("甲")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param("\x1b[31m红", "␛[31m红", id="an escape sequence"),
        pytest.param("甲\r乙", "甲␍乙", id="a carriage return"),
        pytest.param("\a", "␇", id="a bell"),
        pytest.param("\b\x7f", "␈␡", id="backspace and delete"),
        pytest.param("\x9b2J", "⟨U+009B⟩2J", id="an escape of one byte"),
        *(
            pytest.param(chr(code), f"⟨U+{code:04X}⟩", id=f"turned by {code:04X}")
            for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
        ),
        pytest.param("甲\u2028乙", "甲⟨U+2028⟩乙", id="a line separator"),
        pytest.param("甲\t乙", "甲 乙", id="a tab"),
        pytest.param("甲\n乙", "甲\n乙", id="a line break stays"),
        pytest.param("测试，é\u3000👨\u200d👩", "测试，é\u3000👨\u200d👩", id="letters stay"),
    ],
)
def test_the_terminal_is_given_no_orders(typed: str, shown: str) -> None:
    assert visible(typed) == shown
