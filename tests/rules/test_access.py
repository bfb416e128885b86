"""Who may read an accuser's name (条例 第三十条第三款)."""

from itertools import product

import pytest

from models.vocabulary.case import Flag, PetitionClass
from rules.access import shows_petitioner

OPEN = (PetitionClass.APPEAL, PetitionClass.SUGGESTION, None)
NOBODY_ELSE = [
    *((PetitionClass.ACCUSATION, flags) for flags in ((), (Flag.GROUP,), (Flag.CONFIDENTIAL,))),
    *product(OPEN, [(Flag.CONFIDENTIAL,), (Flag.CONFIDENTIAL, Flag.URGENT)]),
]
EVERYBODY = list(product(OPEN, [(), (Flag.URGENT,), (Flag.ANONYMOUS,)]))


@pytest.mark.parametrize(("sort", "flags"), NOBODY_ELSE)
def test_stays_with_the_office(sort: PetitionClass | None, flags: tuple[Flag, ...]) -> None:
    assert not shows_petitioner(sort, frozenset(flags), to_self=False)


@pytest.mark.parametrize(("sort", "flags"), EVERYBODY)
def test_stands_in_the_letters_of_everybody_else(sort: PetitionClass | None, flags: tuple[Flag, ...]) -> None:
    assert shows_petitioner(sort, frozenset(flags), to_self=False)


@pytest.mark.parametrize(("sort", "flags"), [*NOBODY_ELSE, *EVERYBODY])
def test_is_no_secret_to_its_owner(sort: PetitionClass | None, flags: tuple[Flag, ...]) -> None:
    assert shows_petitioner(sort, frozenset(flags), to_self=True)
