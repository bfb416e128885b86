"""Keyed hashes of people: by which the same name, number or phone is found again, in any way of writing."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from models.petitioner import FurtherPhone, Petitioner
from rules.normal_form import id_form, name_form, phone_forms
from tasks.keeping.vault import vault

Digests = dict[str, str | None]


def name_digest(name: str) -> str:
    """The hash of a name's normal form."""
    return vault().digest(name_form(name))


def digests_of(*, name: str, id_number: str, phone: str) -> tuple[Digests, tuple[str, ...]]:
    """The hashed columns of a person, and the hashes of the phones behind the first; nothing where nothing is written."""
    phones = [vault().digest(form) for form in phone_forms(phone)]
    digests: Digests = {
        "name_digest": _digest(name_form(name)),
        "id_number_digest": _digest(id_form(id_number)),
        "phone_digest": phones[0] if phones else None,
    }
    return digests, tuple(phones[1:])


def has_phone(digests: Sequence[str]) -> ColumnElement[bool]:
    """Whether any phone of a petitioner is one of these, as a condition of a query."""
    further = select(FurtherPhone.petitioner_id).where(col(FurtherPhone.digest).in_(digests))
    return or_(col(Petitioner.phone_digest).in_(digests), col(Petitioner.id).in_(further))


def _digest(form: str) -> str | None:
    return vault().digest(form) if form else None
