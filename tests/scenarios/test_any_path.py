"""Whatever people answer, in whatever order: a petition never stands still, every day is explained, the record holds.

Hypothesis chooses who answers what, whether that makes sense or not, and how many days go by. A refused answer leaves
nothing behind; and from wherever the petition has got to, plain answers bring it into the archive.
"""

import re
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.clock import Clock
from models.vocabulary.case import Stage, Step
from rules.duties import PETITION_DUTIES, SHARE_DUTIES
from rules.errors import CaseworkError
from rules.lifecycle.stages import STAGES
from rules.steps import step_of
from tasks.keeping.vault import vault
from tasks.limits.clocks import ON_FOOT
from tasks.record.cases import clocks_of, dispatches_of, find_petition
from tasks.record.organs import organ_by_id
from tasks.record.verifying import verify
from tests.scenarios.beginnings import APPEAL, LETTER
from trials.harness.journey import Journey
from trials.harness.office import Office

Answer = dict[str, str]
HANZI = re.compile("[\u4e00-\u9fff]")
OBJECTS, OVERSEES = "提出异议（退回）", "待承办单位反馈"
LIAISON = "联络员"
"""Stands for whoever answers for the unit of the share at hand."""


def proposes(way: str, lead: str = "", others: str = "") -> Answer:
    return {"办理方式": way, "主办单位": lead, "协办单位": others, "拟办意见": f"建议{way}", "不予受理理由": "not_our_power"}


MOVES: dict[str, tuple[tuple[str, Answer], ...]] = {
    # The first answer of a step leads home.
    "待甄别": (
        ("Z01", APPEAL),
        ("Z01", {"信访事项类别": "建议意见", "内容分类": "城乡建设/公园"}),
        ("Z02", {"信访事项类别": "检举控告", "内容分类": "纪检监察/违规审批", "被反映单位": "市公安局"}),
        ("Z01", {"处理": "当场答复（即接即办）", "答复内容": "已告知", **APPEAL}),
        ("Z01", {"处理": "信访人书面撤回", "作废或撤回理由": "来信撤回"}),
        ("Z01", {"内容分类": ""}),
    ),
    "待拟办": (
        ("Z01", proposes("存查")),
        ("Z01", proposes("直接办理")),
        ("Z02", proposes("转送", "市住建局")),
        ("Z01", proposes("转送", "市住建局", "市民政局")),
        ("Z01", proposes("交办", "市住建局")),
        ("Z01", proposes("交办", "市公安局", "市住建局、某街道办事处")),
        ("D01", proposes("交办", "某街道办事处") | {"办结期限": "2026-07-31"}),
        ("Z01", proposes("不予受理")),
        ("Z01", proposes("不再受理")),
        ("Z01", proposes("交办")),
    ),
    "待审批": (("D01", {}), ("F01", {}), ("H01", {}), ("F01", {"审批": "退回修改", "审批意见": "请补充"})),
    "待直接答复": (("Z01", {"答复意见": "答复如下。"}), ("Z01", {})),
    OVERSEES: (
        ("Z01", {"动作": "电话催办", "对哪个单位": "1", "内容": "询问", "承诺日期": "2026-09-01"}),
        ("Z01", {"动作": "书面催办", "对哪个单位": "2", "内容": "请抓紧"}),
        ("D01", {"动作": "督办", "对哪个单位": "1", "内容": "请说明", "督办依据": "推诿、敷衍、拖延"}),
        ("Z01", {"动作": "召开协调会", "内容": "碰头", "到会人大代表": "1"}),
        ("Z01", {"动作": "报告分管副主任", "对哪个单位": "1", "内容": "久拖不决"}),
        ("D01", {"动作": "中止计时", "内容": "等待判决", "期限序号": "5", "中止的法律依据": "行政复议法 第三十九条"}),
        ("Z01", {"动作": "恢复计时", "内容": "判决已下", "期限序号": "5"}),
        ("Z01", {"动作": "登记反馈（督办、承诺、会议任务）", "内容": "已回函", "期限序号": "7"}),
        ("Z01", {"动作": "信访人书面撤回", "内容": "来信撤回"}),
        ("Z01", {"动作": "记录办理情况", "内容": ""}),
    ),
    "待签收": ((LIAISON, {}), (LIAISON, {"签收": OBJECTS, "异议理由": "不属职责"}), ("Z01", {})),
    "待报结": (
        (LIAISON, {"办结报告": "已办。", "处理结论": "诉求支持"}),
        (LIAISON, {"事项": "申请延期", "办结报告": "需鉴定", "申请延长天数": "15", "批准延期的本单位负责人": "局长"}),
        (LIAISON, {"事项": OBJECTS, "办结报告": "不属职责"}),
    ),
    "待审核": (("Z02", {}), ("Z02", {"审查结论": "退回重办", "审查意见": "不清"}), ("Z02", {"未通过的项目": "事实清楚"})),
    "待核退回": (("D01", {"理由": "属实"}), ("D01", {"意见": "不同意", "理由": "属其职责"}), ("D01", {})),
    "待批延期": (("D01", {}), ("D01", {"意见": "不同意", "理由": "不足"})),
    "待答复送达": (
        ("Z01", {"送达方式": "无法送达", "无法送达的理由": "地址不详"}),
        ("Z01", {"送达日期": "2026-03-20"}),
        ("Z01", {"送达日期": "今天"}),
    ),
    "待结案": (("D01", {}), ("F01", {}), ("D01", {"结案审批": "退回补充答复", "意见": "请补充"}), ("Z01", {})),
    "待归档": (
        ("A01", {}),
        ("Z01", {"处理": "信访人申请复查"}),
        ("Z01", {"处理": "信访人申请复核"}),
        ("D01", {"处理": "认定终结", "说明": "期满未申请"}),
    ),
    "待复查结果": (
        ("Z01", {"复查意见": "维持"}),
        ("D01", {"事项": "听证：中止计时", "复查意见": "定于下周听证"}),
        ("Z01", {"事项": "听证结束：恢复计时", "复查意见": "已听证"}),
    ),
}


class Walk:
    """One petition on its way, with the questions that are asked after every turn."""

    def __init__(self, office: Office) -> None:
        self.story = Journey(office).on("2026-03-02 09:00")
        self.xf = self.story.registers("Z01", 收信日期="2026-03-02", **LETTER | {"联系电话": f"139{office.papers:08d}"})

    def waiting(self) -> list[tuple[str, Step, str]]:
        """Every place that waits for a person, shares first: its subject, its step and its unit's liaison."""
        with self.story.office.database.read() as session:
            petition = find_petition(session, self.xf)
            own = [(self.xf, step_of(petition.state), "")]
            shares = [
                (f"{self.xf}/{share.position}", step_of(share.state), f"L-{organ_by_id(session, share.organ_id).code}")
                for share in dispatches_of(session, petition)
            ]
        return [(subject, step, liaison) for subject, step, liaison in (*shares, *own) if step is not None]

    def tries(self, subject: str, step: Step, officer: str, answer: Answer) -> bool:
        """Answer, sensibly or not; a refusal leaves nothing behind and says in Chinese why."""
        before = len(self.story.office.events(self.xf)), len(self.story.office.letters(self.xf))
        said = ""
        try:
            self.story.acts(officer, subject, step.label, **answer)
        except CaseworkError as refused:
            said = str(refused)
        if said:
            assert (len(self.story.office.events(self.xf)), len(self.story.office.letters(self.xf))) == before
            assert HANZI.search(said)
        return not said

    def over(self) -> bool:
        return STAGES[self.story.office.petition(self.xf).state] is Stage.CLOSED

    def days_pass(self, days: int) -> None:
        self.story.lives(f"{self.story.now + timedelta(days=days):%Y-%m-%d} 09:00")

    def holds(self) -> None:
        """Somebody is waited for and has a limit, every limit says why its day is what it is, and nothing was touched."""
        with self.story.office.database.read() as session:
            petition = find_petition(session, self.xf)
            clocks = [clock for clock in clocks_of(session, petition) if clock.state in ON_FOOT]
            shares = dispatches_of(session, petition)
            assert self.waiting() or self.over()
            assert _looked_after(PETITION_DUTIES.get(petition.state), [clock for clock in clocks if clock.dispatch_id is None])
            for share in shares:
                own = [clock for clock in clocks if clock.dispatch_id == share.id]
                assert _looked_after(SHARE_DUTIES.get(share.state), own), (share.state, [clock.rule_key for clock in own])
            for clock in clocks:
                assert _explained(clock), clock.why
            assert [finding.problem for finding in verify(session, vault()).findings] == []

    def goes_home(self) -> None:
        """Give every step its plain answer until the file is in the archive."""
        for _ in range(40):
            if self.over():
                return
            self.days_pass(4)
            subject, step, liaison = self.waiting()[0]
            moves = MOVES[step.label]
            tried = moves[: {Step.APPROVE: 3, Step.CLOSE: 2}.get(step, 1)]  # those signed by the rank that is needed
            taken = [self.tries(subject, step, liaison if who == LIAISON else who, answer) for who, answer in tried]
            assert any(taken), f"{step.label} of {subject} takes no plain answer"
        raise AssertionError(f"{self.xf} never reaches the archive")


def _looked_after(keys: tuple[str, ...] | None, clocks: list[Clock]) -> bool:
    return keys is None or any(clock.rule_key in keys for clock in clocks)


def _explained(clock: Clock) -> bool:
    lines = "\n".join(clock.why)
    return str(clock.due_on) in lines and str(clock.starts_on) in lines and "依据" in lines and clock.pack_version in lines


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a walk takes a second: making a failing one shorter takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_people_answer_a_petition_never_stands_still(office: Office, data: st.DataObject) -> None:
    walk = Walk(office)
    for _ in range(data.draw(st.integers(1, 9), label="turns")):
        if walk.over():
            break
        subject, step, liaison = data.draw(st.sampled_from(walk.waiting()), label="where")
        officer, answer = data.draw(st.sampled_from(MOVES[step.label]), label="answer")
        if walk.tries(subject, step, liaison if officer == LIAISON else officer, answer):
            walk.holds()
        walk.days_pass(data.draw(st.sampled_from((0, 1, 3, 12)), label="days"))
    walk.holds()
    walk.goes_home()
    assert walk.story.left_undone(walk.xf) == []


def test_every_step_of_the_house_has_answers_here() -> None:
    assert {Step.read(label) for label in MOVES} == set(Step) - {Step.CORRECT, Step.DETACH}
