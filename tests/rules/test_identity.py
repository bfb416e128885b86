"""Identity numbers: what looks wrong is a warning in Chinese, and never an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.identity import CHECK_CHARACTERS, check_character, id_number_warning

GOOD = "11010519491231002X"
BODIES = st.text("0123456789", min_size=17, max_size=17)


def with_check(body: str) -> str:
    return body + check_character(body)


class TestAnIdentityNumber:
    @pytest.mark.parametrize("number", [GOOD, GOOD.lower(), f" {GOOD}\n", "440524188001010014", ""])
    def test_in_order_gives_no_warning(self, number: str) -> None:
        assert id_number_warning(number) == ""

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            pytest.param("110105194912310021", "校验位不符", id="wrong check character"),
            pytest.param("130503670401001", "15 位旧号码", id="15 digits"),
            pytest.param(GOOD[:-1], "不是 18 位", id="17 digits"),
            pytest.param("1101051949123100AX", "不是 18 位", id="a letter inside"),
            pytest.param("X" * 15, "不是 18 位", id="15 letters"),
            pytest.param(with_check("11010519490230002"), "出生日期不存在", id="30 February"),
            pytest.param(with_check("11010500001231002"), "出生日期不存在", id="year 0"),
        ],
    )
    def test_that_looks_wrong_gives_a_warning(self, number: str, words: str) -> None:
        assert words in id_number_warning(number)

    @given(st.text(max_size=20))
    def test_of_any_text_is_never_an_error(self, number: str) -> None:
        assert isinstance(id_number_warning(number), str)

    @pytest.mark.parametrize("digit", ["²", "①"])
    def test_of_strange_digits_is_never_an_error(self, digit: str) -> None:
        assert "不是 18 位" in id_number_warning(digit + GOOD[1:])


class TestTheCheckCharacter:
    @given(BODIES)
    def test_makes_the_weighted_sum_one_modulo_eleven(self, body: str) -> None:
        weights = [pow(2, 17 - place, 11) for place in range(18)]
        digits = [10 if char == "X" else int(char) for char in with_check(body)]
        assert sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 == 1

    @given(BODIES, st.integers(0, 16), st.integers(1, 9))
    def test_changes_with_any_one_digit(self, body: str, place: int, more: int) -> None:
        other = body[:place] + str((int(body[place]) + more) % 10) + body[place + 1 :]
        assert check_character(other) != check_character(body)

    @given(BODIES)
    def test_warns_of_every_other_character(self, body: str) -> None:
        for wrong in set(CHECK_CHARACTERS) - {check_character(body)}:
            assert "校验位不符" in id_number_warning(body + wrong)
