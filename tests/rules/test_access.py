"""Who may read what of a case, cell by cell; and who may read an accuser's name (条例 第三十条第三款)."""

from itertools import product

import pytest

from models.vocabulary.case import Flag, PetitionClass
from models.vocabulary.people import Role
from rules.access import (
    CaseSituation,
    Reader,
    Sight,
    TextKind,
    Tie,
    is_secret,
    sees_anything,
    shows_petitioner,
    sight_of,
    tie_between,
)

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


K, R, T = TextKind, Role, Tie
APPEAL, ACCUSATION, UNSCREENED = (
    CaseSituation(petition_class=PetitionClass.APPEAL),
    CaseSituation(petition_class=PetitionClass.ACCUSATION),
    CaseSituation(accuses=True),
)
OWN_OF_A_UNIT = {K.REASONS, K.OBJECTIONS, K.EXTENSIONS, K.REPORTS, K.LETTERS}
MATRIX = {
    T.OFFICE: dict.fromkeys(K, Sight.ALL),
    T.ENTRUSTED: dict.fromkeys(K, Sight.ALL),
    T.UNIT: {kind: Sight.OWN if kind in OWN_OF_A_UNIT else Sight.NOTHING for kind in K},
    T.ACCUSED: dict.fromkeys(K, Sight.NOTHING),
    T.STRANGER: dict.fromkeys(K, Sight.NOTHING),
}


@pytest.mark.parametrize(("tie", "kind"), [pytest.param(tie, kind, id=f"{tie} and {kind}") for tie, kind in product(Tie, K)])
def test_every_cell_of_the_table(tie: Tie, kind: TextKind) -> None:
    assert sight_of(tie, kind) is MATRIX[tie][kind]


@pytest.mark.parametrize(("tie", "anything"), [(T.OFFICE, 1), (T.ENTRUSTED, 1), (T.UNIT, 1), (T.ACCUSED, 0), (T.STRANGER, 0)])
def test_some_see_nothing_at_all(tie: Tie, anything: int) -> None:
    assert sees_anything(tie) is bool(anything)


TIES = [
    # an ordinary case
    pytest.param(Reader(role=R.CLERK), APPEAL, T.OFFICE, id="any clerk reads an appeal"),
    pytest.param(Reader(role=R.DIRECTOR), APPEAL, T.OFFICE, id="the director reads an appeal"),
    pytest.param(Reader(role=R.VICE_CHAIR), APPEAL, T.OFFICE, id="the vice-chair reads an appeal"),
    pytest.param(Reader(role=R.CHAIRS_MEETING), APPEAL, T.STRANGER, id="the chairs' meeting reads nothing that it has not got"),
    pytest.param(Reader(role=R.CHAIRS_MEETING, put_before=True), APPEAL, T.OFFICE, id="the chairs' meeting reads what it has got"),
    pytest.param(Reader(role=R.CHAIRS_MEETING, took_part=True), APPEAL, T.OFFICE, id="the chairs' meeting reads what it decided"),
    pytest.param(Reader(role=R.ARCHIVIST), APPEAL, T.STRANGER, id="the archivist reads nothing that is under way"),
    pytest.param(
        Reader(role=R.ARCHIVIST), CaseSituation(petition_class=PetitionClass.APPEAL, ended=True), T.OFFICE,
        id="the archivist reads what has ended",
    ),
    pytest.param(Reader(role=R.LIAISON), APPEAL, T.STRANGER, id="a unit without a share reads nothing"),
    pytest.param(Reader(role=R.LIAISON, has_share=True), APPEAL, T.UNIT, id="a unit reads its share"),
    pytest.param(
        Reader(role=R.LIAISON, has_share=True, accused=True), APPEAL, T.UNIT, id="a unit complained of in an appeal handles it"
    ),
    pytest.param(Reader(role=R.LIAISON, took_part=True), APPEAL, T.STRANGER, id="a unit whose share is not asked for reads nothing"),
    pytest.param(Reader(role=R.SYSTEM), APPEAL, T.STRANGER, id="the system reads nothing"),
    # an accusation
    pytest.param(Reader(role=R.DIRECTOR), ACCUSATION, T.ENTRUSTED, id="the director reads an accusation"),
    pytest.param(Reader(role=R.CLERK), ACCUSATION, T.STRANGER, id="a clerk to whom it is not entrusted reads no accusation"),
    pytest.param(Reader(role=R.CLERK, took_part=True), ACCUSATION, T.ENTRUSTED, id="the clerk who handles it reads an accusation"),
    pytest.param(Reader(role=R.VICE_CHAIR), ACCUSATION, T.STRANGER, id="the vice-chair reads no accusation that he has not got"),
    pytest.param(Reader(role=R.VICE_CHAIR, put_before=True), ACCUSATION, T.ENTRUSTED, id="the vice-chair reads what he has got"),
    pytest.param(
        Reader(role=R.ARCHIVIST), CaseSituation(petition_class=PetitionClass.ACCUSATION, ended=True), T.STRANGER,
        id="the archivist reads no accusation",
    ),
    pytest.param(Reader(role=R.ARCHIVIST, took_part=True), ACCUSATION, T.STRANGER, id="nor for having archived one"),
    pytest.param(Reader(role=R.LIAISON, has_share=True), ACCUSATION, T.UNIT, id="a unit that handles it reads its share"),
    pytest.param(Reader(role=R.LIAISON, has_share=True, accused=True), ACCUSATION, T.ACCUSED, id="the accused never"),
    pytest.param(Reader(role=R.LIAISON, has_share=True, above_accused=True), ACCUSATION, T.ACCUSED, id="nor units above"),
    pytest.param(Reader(role=R.DIRECTOR, accused=True), ACCUSATION, T.ACCUSED, id="nor a director who is of the accused"),
    pytest.param(Reader(role=R.DIRECTOR, above_accused=True), ACCUSATION, T.ENTRUSTED, id="the office above a committee reads on"),
    # not screened yet, and somebody is accused
    pytest.param(Reader(role=R.CLERK), UNSCREENED, T.ENTRUSTED, id="a clerk reads what is to be screened"),
    pytest.param(Reader(role=R.VICE_CHAIR), UNSCREENED, T.STRANGER, id="the vice-chair does not before it is screened"),
    pytest.param(Reader(role=R.LIAISON, accused=True), UNSCREENED, T.ACCUSED, id="the accused does not before it is screened"),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "case", "tie"), TIES)
def test_how_a_reader_stands_to_a_case(reader: Reader, case: CaseSituation, tie: Tie) -> None:
    assert tie_between(reader, case) is tie


@pytest.mark.parametrize(
    ("petition_class", "accuses", "secret"),
    [
        pytest.param(PetitionClass.ACCUSATION, True, True, id="an accusation"),
        pytest.param(PetitionClass.ACCUSATION, False, True, id="an accusation that names nobody"),
        pytest.param(None, True, True, id="a paper that names somebody accused, not screened yet"),
        pytest.param(None, False, False, id="a paper that names nobody, not screened yet"),
        pytest.param(PetitionClass.APPEAL, True, False, id="an appeal against a unit"),
        pytest.param(PetitionClass.SUGGESTION, True, False, id="a suggestion about a unit"),
    ],
)
def test_what_is_kept_secret(petition_class: PetitionClass | None, accuses: bool, secret: bool) -> None:
    assert is_secret(petition_class, accuses=accuses) is secret
