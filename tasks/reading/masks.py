"""Masks: how personal text is shown to people without the right to see it in full."""

from models.petition import Petition
from rules.access import is_secret


def mask_name(name: str) -> str:
    """Show the family name only: 张**."""
    name = name.strip()
    return f"{name[0]}{'*' * max(1, len(name) - 1)}" if name else ""


def mask_phone(phone: str) -> str:
    """Show the first three and last four digits, 138****1234; for the people of a case at the desk (issue 14)."""
    phone = phone.strip()
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def mask_id_number(number: str) -> str:
    """Show the first three and last four characters of a long number, and never more than half of a short one.

    For the people of a case at the desk (issue 14).
    """
    number = number.strip()
    head, tail = (3, 4) if len(number) >= 14 else (2, 2) if len(number) >= 8 else (0, 0)
    return f"{number[:head]}{'*' * (len(number) - head - tail)}{number[len(number) - tail :]}"


def kept_secret(petition: Petition) -> bool:
    """Say whether a petition is an accusation, or may be one until it is screened: from its registration on."""
    return is_secret(petition.petition_class, accuses=bool(petition.accused_sealed or petition.accused_organ_id))


def shown_title(petition: Petition) -> str:
    """The title as lists may show it; that of an accusation stays hidden (条例 第三十条)."""
    return "（密）" if kept_secret(petition) else petition.title
