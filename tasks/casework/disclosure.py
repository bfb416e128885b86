"""Disclosure: the people in clear text, for whoever says why."""

from models.vocabulary.case import Event
from tasks.keeping.vault import vault
from tasks.record.act import Act
from tasks.record.cases import Case, people_of
from tasks.transitions import Change, advance


def disclose(case: Case, *, act: Act, reason: str) -> list[dict[str, str]]:
    """Show the people in clear text; who looked and why goes on record first (个保法 第五十一条)."""
    advance(case.whole, Change(Event.DISCLOSE, asked={"reason": reason}, note=reason), act)
    return [
        {field: _opened(getattr(person, f"{field}_sealed")) for field in ("name", "id_number", "phone", "address", "email")}
        for person in people_of(case.session, case.petition)
    ]


def _opened(sealed: str | None) -> str:
    return vault().open(sealed) if sealed else ""
