"""Coded grounds: for not accepting a matter, for supervising a unit (each with its article), for not passing a report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ground:
    """One ground with the wording that is printed and the article it rests on."""

    code: str
    wording: str
    article: str


REJECTION_GROUNDS = (
    Ground("not_our_power", "不属于本机关职权范围", "信访工作条例 第二十三条"),
    Ground("other_legal_way", "已经或者依法应当通过诉讼、仲裁、行政复议等法定途径解决", "信访工作条例 第三十一条"),
    Ground("case_on_trial", "案件正在审理，依法应由司法程序解决", "北京市信访条例 第三十二条第一项"),
    Ground("already_handled", "已经受理或者正在办理，在规定期限内重复提出", "信访工作条例 第十九条第三款"),
    Ground("review_missed", "无正当理由未在规定期限内申请复查、复核", "北京市信访条例 第三十七条第三项"),
    Ground("review_final", "复核意见已经作出，仍以同一事实和理由提出", "信访工作条例 第三十六条第三款"),
    Ground("legally_final", "涉法涉诉事项已依法终结", "信访工作条例 第三十七条第三款"),
    Ground("level_skipped", "未向有权处理的本级或者上一级机关提出", "信访工作条例 第二十条"),
    Ground("no_mandate", "代理人没有授权委托书，或者委托人已撤销委托", "北京市信访条例 第二十七条"),
    Ground("mediated", "已达成调解协议并生效", "山东省信访条例 第四十六条第一项"),
    Ground("private_dispute", "属于民事主体之间的纠纷，不属于国家机关职权事项", "办公室设定（法规无明文）"),
)

SUPERVISION_GROUNDS = (
    Ground("procedure_violated", "未按规定受理、办理", "信访工作条例 第四十条第一款"),
    Ground("shirking", "推诿、敷衍、拖延", "信访工作条例 第四十条第一款"),
    Ground("fraud", "弄虚作假", "信访工作条例 第四十条第一款"),
    Ground("opinion_ignored", "拒不执行信访处理意见", "信访工作条例 第四十条第一款"),
)

EXAMINATION_CHECKS = ("程序合规", "事实清楚", "依据正确", "处理恰当", "答复送达", "诉求逐项回应")
"""The six checks of the examination sheet (办结审查表)."""


def find_ground(grounds: tuple[Ground, ...], text: str) -> Ground | None:
    """Find a ground by its code or its wording."""
    return next((ground for ground in grounds if text.strip() in (ground.code, ground.wording)), None)
