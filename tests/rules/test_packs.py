"""The packs: every row cited, nothing limited that the law does not limit, bad files refused, versions by date."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from rules.data.pack_files import REQUIRED, load_packs
from rules.data.pack_rows import cited
from rules.docs.deadlines_doc import deadlines_table
from rules.packs import KINDS, Pack, PackError, TimeUnit

PACKS = load_packs()
DEFAULT = (files("rules") / "packs" / "npc_city.toml").read_text(encoding="utf-8")
PROVINCES = ("beijing", "henan", "shandong", "shanghai", "zhejiang")
EACH_VERSION = pytest.mark.parametrize("pack", PACKS.versions, ids=lambda pack: pack.version)
DAY = date(2026, 3, 2)


def folder(tmp_path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


class TestEveryPack:
    @EACH_VERSION
    def test_has_every_required_row(self, pack: Pack) -> None:
        assert set(REQUIRED) <= {rule.key for rule in pack.rules}

    @EACH_VERSION
    def test_cites_an_article_or_admits_an_office_setting(self, pack: Pack) -> None:
        assert [rule.key for rule in pack.rules if not cited(rule.article)] == []
        assert [step.key for step in pack.ladder if not cited(step.ground)] == []

    @EACH_VERSION
    @pytest.mark.parametrize("kind", ["suggestion", "accusation"])
    def test_gives_suggestions_and_accusations_no_sixty_days(self, pack: Pack, kind: str) -> None:
        for rule in pack.rules:
            if rule.applies_to(kind):
                assert not (rule.unit is TimeUnit.CALENDAR_DAY and rule.length >= 60), rule.key
                assert "第三十四条" not in rule.article, rule.key

    @EACH_VERSION
    def test_extends_to_the_base_plus_the_extension(self, pack: Pack) -> None:
        for key in ("handle", "assign"):
            base = pack.rule(key)
            assert base.extension is not None
            assert pack.rule(f"{key}_extended").length == base.length + base.extension.max

    @EACH_VERSION
    def test_climbs_the_same_ladder(self, pack: Pack) -> None:
        steps = [(step.key, step.after_days) for step in pack.ladder]
        assert steps == [("urge", 1), ("supervise", 7), ("to_leader", 15), ("to_chairs", 30)]

    @pytest.mark.parametrize("key", PROVINCES)
    def test_of_a_province_warns_that_its_ordinance_is_older_than_2022(self, key: str) -> None:
        assert "早于 2022 年《信访工作条例》" in PACKS.pack_for(key, DAY).caution


DEFAULT_ROWS = [
    ("register", 0, "working_day"),
    ("divert", 15, "calendar_day"),
    ("notify", 15, "calendar_day"),
    ("objection", 5, "working_day"),
    ("handle", 60, "calendar_day"),
    ("handle_extended", 90, "calendar_day"),
    ("assign", 60, "calendar_day"),
    ("assign_extended", 90, "calendar_day"),
    ("review_request", 30, "calendar_day"),
    ("review", 30, "calendar_day"),
    ("re_review_request", 30, "calendar_day"),
    ("re_review", 30, "calendar_day"),
    ("simple_accept", 3, "working_day"),
    ("simple_reply", 10, "working_day"),
    ("suggestion_feedback", 30, "calendar_day"),
    ("deputy_suggestion", 3, "month"),
    ("report_examination", 5, "working_day"),
    ("archive", 6, "month"),
]
VARIANTS = [
    ("shanghai", "divert", 15, "calendar_day", "上海市信访条例 第三十条"),
    ("shanghai", "assign", 60, "calendar_day", "上海市信访条例 第三十一条"),
    ("beijing", "fast_closure", 15, "calendar_day", "北京市信访条例 第四十五条"),
    ("shandong", "review_acceptance", 3, "working_day", "山东省信访条例 第四十三条"),
    ("zhejiang", "divert", 5, "working_day", "浙江省信访条例 第二十条"),
    ("zhejiang", "handle", 30, "calendar_day", "浙江省信访条例 第二十三条"),
    ("henan", "divert", 5, "calendar_day", "河南省信访条例 第二十六条第一项"),
    ("henan", "assign", 90, "calendar_day", "河南省信访条例 第二十六条第三项"),
    ("henan", "objection", 5, "calendar_day", "河南省信访条例 第二十六条第五项"),
    ("henan", "review", 30, "calendar_day", "信访工作条例 第三十五条"),
]


class TestRows:
    @pytest.mark.parametrize(("key", "length", "unit"), DEFAULT_ROWS, ids=[row[0] for row in DEFAULT_ROWS])
    def test_of_the_default_pack(self, key: str, length: int, unit: str) -> None:
        rule = PACKS.pack_for("npc_city", DAY).rule(key)
        assert (rule.length, rule.unit) == (length, unit)

    @pytest.mark.parametrize(
        ("pack", "key", "length", "unit", "article"), VARIANTS, ids=[f"{row[0]} {row[1]}" for row in VARIANTS]
    )
    def test_of_the_provinces(self, pack: str, key: str, length: int, unit: str, article: str) -> None:
        rule = PACKS.pack_for(pack, DAY).rule(key)
        assert (rule.length, rule.unit, rule.article) == (length, unit, article)

    def test_handling_applies_to_ordinary_appeals_only(self) -> None:
        rule = PACKS.pack_for("npc_city", DAY).rule("handle")
        assert [kind for kind in KINDS if rule.applies_to(kind)] == ["ordinary_appeal"]

    def test_a_hearing_is_not_counted_in_a_re_review(self) -> None:
        assert PACKS.pack_for("npc_city", DAY).rule("re_review").excluded == ("hearing",)

    def test_an_unknown_key_names_its_neighbours(self) -> None:
        with pytest.raises(PackError, match="没有规则“handel”，相近的有：handle"):
            PACKS.pack_for("npc_city", DAY).rule("handel")


class TestVersions:
    @pytest.mark.parametrize(
        ("key", "on", "version"),
        [
            pytest.param("npc_city", "2026-03-02", "npc_city@2022-05-01", id="a case of today has the rules of 2022"),
            pytest.param("npc_city", "2022-05-01", "npc_city@2022-05-01", id="the first day has the new version"),
            pytest.param("npc_city", "2022-04-30", "npc_city@2005-05-01", id="the day before keeps the old one"),
            pytest.param("zhejiang", "2026-03-02", "zhejiang@2022-05-01", id="a province has its own"),
            pytest.param("zhejiang", "2020-01-01", "npc_city@2005-05-01", id="before that, what it extends"),
        ],
    )
    def test_in_force_on_a_day(self, key: str, on: str, version: str) -> None:
        assert PACKS.pack_for(key, date.fromisoformat(on)).version == version

    def test_before_the_first_version_nothing_is_guessed(self) -> None:
        with pytest.raises(PackError, match="自 2005-05-01 起才有，2001-01-01 无规则可用"):
            PACKS.pack_for("npc_city", date(2001, 1, 1))

    def test_an_unknown_pack_names_the_known(self) -> None:
        with pytest.raises(PackError, match=r"没有名为“guangdong”的规则包，可用：beijing、"):
            PACKS.pack_for("guangdong", DAY)

    def test_a_later_version_may_extend_the_earlier_one(self, tmp_path: Path) -> None:
        row = DEFAULT[DEFAULT.index('[[rule]]\nkey = "divert"') : DEFAULT.index('[[rule]]\nkey = "notify"')]
        head = 'key = "npc_city"\nlabel = "新"\neffective_on = 2027-01-01\nextends = "npc_city"\n'
        packs = load_packs(folder(tmp_path, old=DEFAULT, new=head + row.replace("length = 15", "length = 10")))
        assert packs.pack_for("npc_city", date(2026, 12, 31)).rule("divert").length == 15
        assert packs.pack_for("npc_city", date(2027, 1, 1)).rule("divert").length == 10
        assert packs.pack_for("npc_city", date(2027, 1, 1)).rule("handle").length == 60


HANDLE = '[[rule]]\nkey = "handle"\n'
MALFORMED = [
    ('label = "普通信访程序办结"\n', "", "（handle）：缺少 label", "a row without a label"),
    ('article = "信访工作条例 第三十四条"\n', "", "（handle）：缺少 article", "a row without an article"),
    ('article = "信访工作条例 第三十四条"', 'article = "  "', "（handle）：article 不能为空", "an empty article"),
    ('article = "信访工作条例 第三十四条"', 'article = "惯例"', "既未写明第几条，也未写明", "no real article"),
    ('unit = "calendar_day"\nowner', 'unit = "week"\nowner', "（handle）：unit 的“week”无法识别", "an unknown unit"),
    ("length = 60", "length = -60", "（handle）：length 应在 0 至 3660 之间", "a negative length"),
    ("length = 60", 'length = "60"', "（handle）：length 应为整数", "a length in words"),
    ("length = 60", "length = true", "（handle）：length 应为整数", "a length that is a truth value"),
    ("max = 30", "max = -1", "（handle）的 extension：max 应在 1 至 3660 之间", "an extension below zero"),
    ('30, unit = "calendar_day"', '30, unit = "month"', "延期单位应与期限单位相同", "an extension in another unit"),
    ("once = true", "twice = true", "（handle）的 extension：缺少 once", "an extension without once"),
    ('counts = ["ordinary_appeal"]', 'counts = ["complaint"]', "counts 中的“complaint”无法识别", "an unknown kind"),
    ('counts = ["ordinary_appeal"]', "counts = []", "counts 不能为空", "a rule for nothing"),
    ('owner = "handler"', 'owner = "nobody"', "owner 的“nobody”无法识别", "an unknown owner"),
    ("stops_on = ", "stopped_on = ", "缺少 stops_on", "a misspelt field"),
    ("length = 60", "length = 60\npriority = 1", "字段“priority”无法识别", "an unknown field"),
    ("length = 60", "length = 60\nwarn_at = [90, 50]", "warn_at 应为 1 至 100 之间由小到大", "warnings in disorder"),
    ("length = 60", "length = 45", "规则 handle_extended 应为 75 日", "an extended row that does not add up"),
    ('key = "handle"', 'key = "divert"', "规则 divert 出现了 2 次", "the same row twice"),
    ('key = "handle"', 'key = "Handle 60"', "应为小写英文单词", "a key that is none"),
    (HANDLE, '[[rule]]\nkey = "other"\n', "缺少规则 handle", "a required row left out"),
]

HEAD = 'key = "x"\nlabel = "x"\neffective_on = 2022-05-01\n'
HEADS = [
    pytest.param('label = "x"\n', "缺少 key", id="without a key"),
    pytest.param(HEAD.replace("2022-05-01", '"2022-05-01"'), "effective_on 应为日期", id="with a date in quotes"),
    pytest.param(HEAD + "version = 2\n", "字段“version”无法识别", id="with an unknown field"),
    pytest.param(HEAD + 'extends = "y"\n', "规则包“y”在 2022-05-01 没有版本", id="extending nothing"),
    pytest.param(HEAD, "缺少规则 register", id="without rows"),
    pytest.param("key = \n", "第 1 行第 7 列不是合法的 TOML", id="that is no TOML"),
]


class TestMalformedPacks:
    @pytest.mark.parametrize(("old", "new", "reason"), [row[:3] for row in MALFORMED], ids=[row[3] for row in MALFORMED])
    def test_is_refused_with_file_row_and_reason(self, tmp_path: Path, old: str, new: str, reason: str) -> None:
        before, handle = DEFAULT[: DEFAULT.index(HANDLE)], DEFAULT[DEFAULT.index(HANDLE) :]
        assert old in handle
        with pytest.raises(PackError) as refused:
            load_packs(folder(tmp_path, city=before + handle.replace(old, new, 1)))
        assert str(refused.value).startswith("city.toml：")
        assert reason in str(refused.value)

    @pytest.mark.parametrize(("head", "reason"), HEADS)
    def test_a_head_is_refused(self, tmp_path: Path, head: str, reason: str) -> None:
        with pytest.raises(PackError) as refused:
            load_packs(folder(tmp_path, x=head))
        assert str(refused.value).startswith("x.toml：")
        assert reason in str(refused.value)

    def test_the_same_pack_twice_from_one_day_overlaps(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match=r"^two\.toml：与 one\.toml 重叠：.*在 2022-05-01 只能有一个版本"):
            load_packs(folder(tmp_path, one=DEFAULT, two=DEFAULT))

    def test_packs_that_extend_each_other_are_refused(self, tmp_path: Path) -> None:
        head = 'key = "{0}"\nlabel = "x"\neffective_on = 2022-05-01\nextends = "{1}"\n'
        with pytest.raises(PackError, match="extends 互相引用"):
            load_packs(folder(tmp_path, a=head.format("a", "b"), b=head.format("b", "a")))

    def test_a_ladder_that_does_not_climb_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PackError, match="升级阶梯 supervise 应晚于 urge"):
            load_packs(folder(tmp_path, city=DEFAULT.replace("after_days = 7", "after_days = 1")))


def test_the_page_of_deadlines_is_what_the_code_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "deadlines.md"
    assert page.read_text(encoding="utf-8") == deadlines_table(PACKS.pack_for("npc_city", date.max)), (
        "run: python -m rules.docs.deadlines_doc > docs/deadlines.md"
    )
