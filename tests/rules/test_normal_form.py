"""One normal form: every way of writing the same person or number comes to the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.normal_form import id_form, name_form, number_form, phone_forms, plain_form


@pytest.mark.parametrize("dot", "·•‧・･．.●")
def test_a_name_has_one_dot(dot: str) -> None:
    assert name_form(f"买买提{dot}艾力 ") == "买买提·艾力"


@pytest.mark.parametrize(
    "written", ["１１０１０１１９９００３０７００３８", "110101 19900307 0038", "110101-19900307-0038", "110101900307003"]
)
def test_an_identity_number_is_the_one_of_today(written: str) -> None:
    assert id_form(written) == "110101199003070038"


@pytest.mark.parametrize(
    ("written", "forms"),
    [
        ("138-0000-0002", ("13800000002",)),
        ("+86 138 0000 0002", ("13800000002",)),
        ("008613800000002", ("13800000002",)),
        ("8613800000002", ("13800000002",)),
        ("１３８０００００００２", ("13800000002",)),
        ("13800000002、010-88880000", ("13800000002", "01088880000")),
        ("8600000", ("8600000",)),
        ("", ()),
    ],
)
def test_each_phone_of_a_cell_stands_by_itself(written: str, forms: tuple[str, ...]) -> None:
    assert phone_forms(written) == forms


@pytest.mark.parametrize("written", ["xf-2026-0001", "ＸＦ－２０２６－０００１", " XF—2026—0001 "])
def test_a_number_is_in_capitals(written: str) -> None:
    assert number_form(written) == "XF-2026-0001"


@given(st.text(alphabet="张艾·•．.１1Xx－- \u3000\u202eÜß\ue81e龴+", max_size=20))
def test_a_form_of_a_form_is_the_same(text: str) -> None:
    assert [form(form(text)) for form in (plain_form, name_form, id_form, number_form)] == [
        form(text) for form in (plain_form, name_form, id_form, number_form)
    ]
