"""What nobody may read in the raw data of the demonstration: its people, and what they and the units wrote."""

from collections.abc import Iterator

from desk.demo.cases import CASES, DemoCase

PERSONAL = {"name": "姓名", "phone": "电话", "id_number": "证件号码", "address": "住址", "content": "信访内容"}
WRITTEN = {"opinion", "text", "answer", "summary", "reason"}
SHORTEST = 8
"""Shorter remarks (同意, 已当面告知) are phrases that stand in many places and tell of nobody."""


def demo_secrets() -> dict[str, str]:
    """Every text that must not be found in clear, with its kind."""
    return {text: kind for case in CASES for text, kind in _secrets(case)}


def demo_titles() -> list[str]:
    """Texts that do stand in clear: whoever searches finds these, or searches in vain."""
    return [case.title for case in CASES]


def _secrets(case: DemoCase) -> Iterator[tuple[str, str]]:
    for field, kind in PERSONAL.items():
        if text := str(case.paper.get(field, "")):
            yield text, kind
    for name in str(case.paper.get("representatives", "")).split("、"):
        if name:
            yield name, "姓名"
    for turn in case.turns:
        for field, text in turn.answer.items():
            if field in WRITTEN and len(text) >= SHORTEST:
                yield text, "经办文字"
