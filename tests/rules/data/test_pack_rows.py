"""The columns of a limit: words and counting agree, nothing hangs on what it cannot depend on; or the pack is refused."""

from importlib.resources import files
from pathlib import Path

import pytest

from rules.data.pack_files import load_packs
from rules.packs import PackError

DEFAULT = (files("rules") / "packs" / "npc_city.toml").read_text(encoding="utf-8")
CLOSING_DAY = 'starts_on = "结案之日"\nstarts_from = "act"'
UNITS_DAY = 'starts_on = "收到交办函之日"\nstarts_from = "unit_receipt"'
BAD = [
    ("no day to count from", "divert", 'starts_from = "receipt"\n', "", "缺少 starts_from"),
    (
        "a day that is not on record",
        "divert",
        '"receipt"',
        '"postmark"',
        "starts_from 的“postmark”无法识别，可用：submission、receipt、",
    ),
    ("a day in capitals", "divert", '"receipt"', '"Receipt"', "starts_from 的“Receipt”无法识别"),
    ("a day that is a number", "divert", '"receipt"', "1", "starts_from 应为文字，现为 1"),
    (
        "another day, the old words",
        "divert",
        '"receipt"',
        '"act"',
        "说的是收信日期（receipt），starts_from 却是 act（事由发生之日）：",
    ),
    (
        "other words, the old day",
        "divert",
        "收到信访事项之日",
        "分派之日",
        "说的是事由发生之日（act），starts_from 却是 receipt（收信日期）",
    ),
    (
        "words of the delivery, the day of the act",
        "archive",
        "结案之日",
        "收到书面答复之日",
        "说的是送达日期（delivery），starts_from 却是 act",
    ),
    ("nobody's limit", "divert", 'whose = "petition"\n', "", "缺少 whose"),
    ("somebody else's limit", "divert", '"petition"', '"unit"', "whose 的“unit”无法识别，可用：petition、share、either"),
    (
        "a unit's limit on the petition",
        "sign_in",
        '"share"',
        '"petition"',
        "承办单位的期限属于派件，whose 应为 share，现为 petition",
    ),
    ("a unit's day for the petition", "archive", CLOSING_DAY, UNITS_DAY, "签收日期只有派件才有"),
    ("an unknown exemption", "notify", '"litigation"', '"lawsuit"', "not_for 中的“lawsuit”无法识别，可用：historic、"),
    ("an exemption twice", "notify", '"litigation"', '"anonymous"', "not_for 中有重复：anonymous、anonymous"),
    ("an exemption that is no list", "notify", '["anonymous", "litigation"]', '"anonymous"', "not_for 应为文字列表"),
    ("a share's exemption on the petition", "notify", '"litigation"', '"objected"', "not_for 的“objected”只用于派件的期限"),
    (
        "what governs instead, for nobody",
        "divert",
        "counts = ",
        'otherwise = "另行规定"\ncounts = ',
        "请删去 otherwise 或者写明 not_for",
    ),
    (
        "a given day that nobody gives",
        "promise",
        'given_by = "promise"\n',
        "",
        "须写明由谁定日 given_by，可用：letter、upstream、meeting、promise",
    ),
    ("a day given by nobody known", "promise", 'given_by = "promise"', 'given_by = "mayor"', "given_by 的“mayor”无法识别"),
    (
        "a promise that shortens a counted limit",
        "assign",
        'given_by = "letter"',
        'given_by = "promise"',
        "given_by = promise 只用于另行定日的期限",
    ),
    (
        "an upstream day for a unit",
        "promise",
        'given_by = "promise"',
        'given_by = "upstream"',
        "given_by = upstream 的期限，whose 应为 petition",
    ),
    ("a misspelt column", "divert", "whose = ", "belongs_to = ", "缺少 whose"),
    ("a column too many", "divert", "whose = ", 'belongs_to = "x"\nwhose = ', "字段“belongs_to”无法识别"),
]


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "city.toml").write_text(text, encoding="utf-8")
    return tmp_path


def edited(key: str, old: str, new: str) -> str:
    """The default pack with one column of one row changed."""
    begin = DEFAULT.index(f'[[rule]]\nkey = "{key}"')
    end = DEFAULT.index("[[", begin + 2)
    row = DEFAULT[begin:end]
    assert old in row
    return DEFAULT[:begin] + row.replace(old, new, 1) + DEFAULT[end:]


@pytest.mark.parametrize(("key", "old", "new", "reason"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_a_malformed_column_is_refused_with_file_row_and_reason(
    tmp_path: Path, key: str, old: str, new: str, reason: str
) -> None:
    with pytest.raises(PackError) as refused:
        load_packs(written(tmp_path, edited(key, old, new)))
    said = str(refused.value)
    assert said.startswith("city.toml：[[rule]] 第 ")
    assert f"（{key}）：" in said
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param(
            '["historic"]', '["ancient"]', "city.toml：not_for 中的“ancient”无法识别", id="an unknown exemption of the whole pack"
        ),
        pytest.param('["historic"]', '["historic", "historic"]', "city.toml：not_for 中有重复", id="one of them twice"),
    ],
)
def test_a_malformed_head_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        load_packs(written(tmp_path, DEFAULT.replace(f"not_for = {old}", f"not_for = {new}", 1)))


def test_an_extended_limit_counts_from_the_day_of_the_first(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"规则 assign_extended 的 starts_from、whose 应与 assign 相同（unit_receipt、share）"):
        load_packs(written(tmp_path, edited("assign_extended", UNITS_DAY, CLOSING_DAY)))


def test_what_a_province_leaves_out_of_its_head_is_the_base_s(tmp_path: Path) -> None:
    head = 'key = "city"\nlabel = "某市"\neffective_on = 2023-01-01\nextends = "npc_city"\nnot_for = ["anonymous"]\n'
    (tmp_path / "own.toml").write_text(head, encoding="utf-8")
    packs = load_packs(written(tmp_path, DEFAULT))
    assert packs.version("city@2023-01-01").not_for == ("historic", "anonymous")
