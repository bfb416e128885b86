"""Limits as law, pack by pack: for which case a limit exists, from which day it counts, whose it is, who set its end."""

from dataclasses import replace
from datetime import date

import pytest

from models.vocabulary.case import Flag, PetitionClass
from models.vocabulary.limits import ClockOwner, StartsFrom, Whose
from rules.data.pack_files import load_packs
from rules.lifecycle.petition import PETITION_ROWS
from rules.lifecycle.share import DISPATCH_ROWS
from rules.limits import LimitSituation, ShareSituation, Start, begin, missing, named_day
from rules.packs import Pack, TimeUnit

PACKS = load_packs()
DEFAULT = PACKS.pack_for("npc_city", date(2026, 3, 2))
EACH_VERSION = pytest.mark.parametrize("pack", PACKS.versions, ids=lambda pack: pack.version)
RECEIVED, SUBMITTED, SIGNED, DELIVERED, ACTED = (
    date(2026, 2, 26),
    date(2026, 3, 2),
    date(2026, 3, 5),
    date(2026, 4, 1),
    date(2026, 4, 10),
)
UPSTREAM, PROMISED, IN_LETTER = date(2026, 5, 29), date(2026, 5, 20), date(2026, 6, 30)
DAYS = {
    StartsFrom.RECEIPT: RECEIVED,
    StartsFrom.SUBMISSION: SUBMITTED,
    StartsFrom.UNIT_RECEIPT: SIGNED,
    StartsFrom.DELIVERY: DELIVERED,
    StartsFrom.ACT: ACTED,
}
"""Five days on record, all different: a limit that counts from another one shows."""

SHARE = ShareSituation(received_on=SIGNED)
APPEAL = LimitSituation(
    acted_on=ACTED,
    submitted_on=SUBMITTED,
    receipt_on=RECEIVED,
    delivered_on=DELIVERED,
    petition_class=PetitionClass.APPEAL,
    handled=True,
    upstream_due_on=UPSTREAM,
    lead_days=3,
    share=SHARE,
)
SUGGESTION = replace(APPEAL, petition_class=PetitionClass.SUGGESTION)


def flagged(flag: Flag) -> LimitSituation:
    return replace(APPEAL, flags=frozenset((flag,)))


CASES = {
    "appeal": APPEAL,
    "suggestion": SUGGESTION,
    "accusation": replace(APPEAL, petition_class=PetitionClass.ACCUSATION),
    "unscreened": replace(APPEAL, petition_class=None),
    "anonymous": flagged(Flag.ANONYMOUS),
    "litigation": flagged(Flag.LITIGATION),
    "historic": flagged(Flag.HISTORIC),
    "own answer": replace(APPEAL, handled=False),
    "referral": replace(APPEAL, share=replace(SHARE, result_wanted=False)),
    "own limit": replace(SUGGESTION, share=replace(SHARE, limit_on=IN_LETTER)),
    "objected": replace(SUGGESTION, share=replace(SHARE, objections=1)),
}
EXISTS = """
                   appeal suggestion accusation unscreened anonymous litigation historic own_answer referral own_limit objected
register             x        x          x          x         x          x          -         x         x        x        x
divert               x        x          x          x         x          x          -         x         x        x        x
notify               x        x          -          x         -          -          -         x         x        x        x
upstream             x        x          x          x         x          x          -         x         x        x        x
redirect             x        x          x          x         x          x          -         x         x        x        x
sign_in              x        x          x          x         x          x          -         x         x        x        x
objection            x        x          x          x         x          x          -         x         -        x        -
assign               x        -          -          x         x          x          -         x         -        x        -
progress             -        x          x          x         -          -          -         -         -        -        x
objection_decision   x        x          x          x         x          x          -         x         x        x        x
extension_decision   x        x          x          x         x          x          -         x         x        x        x
report_examination   x        x          x          x         x          x          -         x         x        x        x
direct               x        x          x          x         x          x          -         x         x        x        x
deliver              x        x          x          x         x          x          -         x         x        x        x
close                x        x          x          x         x          x          -         x         x        x        x
archive              x        x          x          x         x          x          -         x         x        x        x
review_request       x        -          -          x         x          x          -         -         x        -        -
review               x        -          -          x         x          x          -         x         x        -        -
re_review_request    x        -          -          x         x          x          -         x         x        -        -
re_review            x        -          -          x         x          x          -         x         x        -        -
suspension_review    x        x          x          x         x          x          -         x         x        x        x
promise              x        x          x          x         x          x          -         x         x        x        x
meeting_task         x        x          x          x         x          x          -         x         x        x        x
supervision_reply    x        x          x          x         x          x          -         x         x        x        x
"""
"""Which limit exists for which case, in every pack: no province has a row of its own that says otherwise."""

HANG = """
register            submission    petition  office
divert              receipt       petition  office
notify              receipt       petition  office
upstream            receipt       petition  upstream
redirect            act           petition  office
sign_in             act           share     handler
objection           unit_receipt  share     handler
assign              unit_receipt  share     handler
assign_extended     unit_receipt  share     handler
progress            act           share     office
objection_decision  act           share     office
extension_decision  act           share     office
report_examination  act           share     office
direct              act           petition  office
deliver             act           petition  office
close               act           petition  office
archive             act           petition  office
review_request      delivery      petition  petitioner
review              act           petition  unit
re_review_request   act           petition  petitioner
re_review           act           petition  unit
suspension_review   act           either    office
promise             act           share     office
meeting_task        act           share     handler
supervision_reply   act           share     handler
handle              unit_receipt  share     handler
handle_extended     unit_receipt  share     handler
transfer_handle     unit_receipt  share     handler
handler_notify      unit_receipt  share     handler
simple_pass         receipt       petition  office
simple_accept       act           share     handler
simple_reply        unit_receipt  share     handler
fast_closure        receipt       share     handler
suggestion_feedback act           petition  unit
refusal_reasons     act           petition  unit
deputy_suggestion   act           petition  unit
deputy_suggestion_complex act     petition  unit
review_acceptance   act           petition  unit
re_review_acceptance act          petition  unit
"""
"""From which day a limit counts, what it hangs on and who owes it, in whichever pack it stands."""

TABLE = {line.split()[0]: line.split()[1:] for line in EXISTS.strip().splitlines()[1:]}
HANGS = {line.split()[0]: line.split()[1:] for line in HANG.strip().splitlines()}
STARTED = {key for row in (*PETITION_ROWS, *DISPATCH_ROWS) for key in row.starts}


def set_by_hand(key: str) -> date | None:
    return PROMISED if key in ("promise", "meeting_task") else None


def began(pack: Pack, key: str, seen: LimitSituation) -> Start | None:
    return begin(pack, key, seen, on=set_by_hand(key))


class TestALimit:
    def test_that_the_lifecycle_starts_stands_in_the_table(self) -> None:
        assert set(TABLE) >= STARTED

    @EACH_VERSION
    @pytest.mark.parametrize("key", list(TABLE))
    def test_exists_for_these_cases_and_no_others(self, pack: Pack, key: str) -> None:
        found = ["x" if began(pack, key, seen) else "-" for seen in CASES.values()]
        assert dict(zip(CASES, found, strict=True)) == dict(zip(CASES, TABLE[key], strict=True))

    @EACH_VERSION
    @pytest.mark.parametrize("key", list(TABLE))
    def test_counts_from_its_day_in_the_words_of_its_row(self, pack: Pack, key: str) -> None:
        start = began(pack, key, SUGGESTION if key == "progress" else APPEAL)
        code = StartsFrom(HANGS[key][0])
        assert start is not None
        assert start.on == DAYS[code]
        assert start.reason == (pack.rule(key).starts_on if code is StartsFrom.ACT else code.label)

    @EACH_VERSION
    def test_hangs_on_the_petition_or_on_a_share_and_has_an_owner(self, pack: Pack) -> None:
        found = {rule.key: [rule.starts_from, rule.whose, rule.owner] for rule in pack.rules}
        assert found == {
            key: [StartsFrom(day), Whose(whose), ClockOwner(owner)] for key, (day, whose, owner) in HANGS.items() if key in found
        }
        assert set(found) <= set(HANGS)

    @EACH_VERSION
    @pytest.mark.parametrize("key", [key for key, row in HANGS.items() if row[1] == "share"])
    def test_of_a_share_needs_one(self, pack: Pack, key: str) -> None:
        if key in {rule.key for rule in pack.rules}:
            assert began(pack, key, replace(SUGGESTION if key == "progress" else APPEAL, share=None)) is None

    @pytest.mark.parametrize(
        ("key", "seen"),
        [
            pytest.param("review_request", replace(APPEAL, delivered_on=None), id="an answer that was not delivered"),
            pytest.param("assign", replace(APPEAL, share=ShareSituation()), id="papers that were not signed for"),
            pytest.param("divert", replace(APPEAL, receipt_on=None), id="a paper without a day of receipt"),
            pytest.param("register", replace(APPEAL, submitted_on=None), id="a paper that nobody submitted"),
        ],
    )
    def test_does_not_exist_before_its_first_day_is_known(self, key: str, seen: LimitSituation) -> None:
        assert begin(DEFAULT, key, seen) is None
        assert begin(DEFAULT, key, seen, since=ACTED) is not None

    def test_counts_from_another_day_where_one_is_named(self) -> None:
        start = begin(DEFAULT, "divert", APPEAL, since=DELIVERED)
        assert start is not None
        assert start.on == DELIVERED


GIVEN = [
    ("a letter's own day", "assign", CASES["own limit"], None, IN_LETTER, "交办函所定期限"),
    ("the upstream organ's day, less the lead", "upstream", APPEAL, None, date(2026, 5, 26), "来函限期 2026-05-29，提前 3 日"),
    (
        "the upstream organ's day, never before the receipt",
        "upstream",
        replace(APPEAL, upstream_due_on=date(2026, 2, 27)),
        None,
        RECEIVED,
        "来函限期 2026-02-27，提前 3 日",
    ),
    ("a meeting's day", "meeting_task", APPEAL, PROMISED, PROMISED, "协调会当场明确的期限 2026-05-20"),
    ("a promised day", "promise", APPEAL, PROMISED, PROMISED, "催办时承诺的日期 2026-05-20"),
    ("no day but the law's", "assign", APPEAL, None, None, DEFAULT.rule("assign").article),
    ("no letter's day for the office", "divert", CASES["own limit"], None, None, DEFAULT.rule("divert").article),
]


class TestADayThatSomebodySet:
    @pytest.mark.parametrize(("key", "seen", "on", "last", "basis"), [pytest.param(*row[1:], id=row[0]) for row in GIVEN])
    def test_ends_the_limit_and_is_cited(
        self, key: str, seen: LimitSituation, on: date | None, last: date | None, basis: str
    ) -> None:
        start = begin(DEFAULT, key, seen, on=on)
        assert start is not None
        assert (start.given_on, start.basis) == (last, basis)

    @EACH_VERSION
    def test_has_to_be_set(self, pack: Pack) -> None:
        nobody = replace(APPEAL, upstream_due_on=None)
        for rule in pack.rules:
            if rule.unit is TimeUnit.GIVEN_DAY:
                assert "没有定期限" in missing(pack, rule.key, nobody)


REASONS = [
    ("historic", "divert", "历史件没有此项期限"),
    ("anonymous", "notify", "匿名件没有此项期限"),
    ("litigation", "notify", "涉法涉诉件没有此项期限"),
    ("accusation", "notify", "检举控告类没有此项期限"),
    ("own answer", "review_request", "没有承办单位的没有此项期限"),
    ("referral", "objection", "不要求报结果的（转送）没有此项期限"),
    ("own limit", "progress", "函件自定期限的没有此项期限"),
    ("objected", "objection", "已提出过异议的没有此项期限"),
    ("appeal", "notify", ""),
]


@pytest.mark.parametrize(("case", "key", "reason"), REASONS, ids=[f"{row[1]} of {row[0]}" for row in REASONS])
def test_says_in_chinese_why_there_is_none(case: str, key: str, reason: str) -> None:
    assert missing(DEFAULT, key, CASES[case]) == reason


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("收到信访事项之日", StartsFrom.RECEIPT),
        ("收到信访请求之日", StartsFrom.RECEIPT),
        ("收到来函之日", StartsFrom.RECEIPT),
        ("提交登记之日", StartsFrom.SUBMISSION),
        ("收到交办函之日", StartsFrom.UNIT_RECEIPT),
        ("收到转送、交办之日", StartsFrom.UNIT_RECEIPT),
        ("受理之日", StartsFrom.UNIT_RECEIPT),
        ("收到书面答复之日", StartsFrom.DELIVERY),
        ("答复送达日", StartsFrom.DELIVERY),
        ("转送、交办发出之日", StartsFrom.ACT),
        ("收到复查请求之日", StartsFrom.ACT),
        ("结案之日", StartsFrom.ACT),
    ],
)
def test_reads_the_day_in_the_words(words: str, day: StartsFrom) -> None:
    assert named_day(words) is day
