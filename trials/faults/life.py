"""The life that is disturbed: a petition for two units, from its form to the archive, one turn a line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.vocabulary.case import Step

FIELDS = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One answer, by whom, for the petition or one unit's share (``/1``); and where everything waits after it.

    ``then`` names, for each subject whose run moves on, the step at which it waits next; nothing: its run ends.
    """

    step: Step
    officer: str
    share: str = ""
    fields: FIELDS = field(default_factory=dict)
    then: Mapping[str, Step | None]
    refused: bool = False

    @property
    def name(self) -> str:
        """The turn's name in the table."""
        return f"{self.step.value}{self.share}{' (refused)' if self.refused else ''}"

    @property
    def ends(self) -> bool:
        """Say whether the run that takes the answer ends with it."""
        return self.then[self.share] is None

    def subject(self, number: str) -> str:
        """The subject whose form is answered."""
        return f"{number}{self.share}"


SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施", "place": "某区"}
UNITS = (("SZJ", "市住建局"), ("JDB", "某街道办事处"))
REPORTED = {"choice": "报结", "outcome": "诉求支持", "text": "已修复", "told": "已当面告知"}
ACCEPTED = {"choice": "审核通过", "reason": "同意"}


def life(delivered_on: str, *, units: int = 2) -> tuple[Turn, ...]:
    """Write the turns of one life with one or two units; ``delivered_on`` is the ISO day on which the answer is handed over."""
    (_, lead), *others = UNITS[:units]
    proposed = {"way": "交办", "lead": lead, "co_handling": "、".join(name for _, name in others), "opinion": "建议交办"}
    delivered = {"way": "当面送达", "delivered_on": delivered_on, "summary": "已修复", "settlement": "化解息访"}
    shares = {f"/{position}": code for position, (code, _) in enumerate(UNITS[:units], start=1)}
    return (
        Turn(step=Step.SCREEN, officer="Z01", fields=SCREENED, then={"": Step.PROPOSE}),
        Turn(step=Step.PROPOSE, officer="Z01", fields=proposed, then={"": Step.APPROVE}),
        Turn(
            step=Step.APPROVE,
            officer="F01",
            fields={"choice": "同意", "opinion": "同意"},
            then={"": Step.OVERSEE} | dict.fromkeys(shares, Step.SIGN_IN),
        ),
        *(turn for share, code in shares.items() for turn in _unit(share, code, last=share == f"/{units}")),
        Turn(step=Step.DELIVER, officer="Z01", fields=delivered, then={"": Step.CLOSE}),
        Turn(
            step=Step.CLOSE,
            officer="D01",
            fields={"choice": "同意结案", "settlement": "化解息访", "opinion": "案结事了"},
            then={"": Step.ARCHIVE},
        ),
        Turn(step=Step.ARCHIVE, officer="A01", fields={"choice": "归档"}, then={"": None}),
    )


REFUSED = Turn(step=Step.SCREEN, officer="L-SZJ", fields=SCREENED, then={"": Step.SCREEN}, refused=True)
"""An answer by somebody who may not give it: the petition waits where it was, with the reason."""


def _unit(share: str, code: str, *, last: bool) -> tuple[Turn, ...]:
    liaison = f"L-{code}"
    after: dict[str, Step | None] = {share: None} | ({"": Step.DELIVER} if last else {})
    return (
        Turn(step=Step.SIGN_IN, share=share, officer=liaison, fields={"choice": "签收"}, then={share: Step.REPORT}),
        Turn(step=Step.REPORT, share=share, officer=liaison, fields=REPORTED, then={share: Step.EXAMINE}),
        Turn(step=Step.EXAMINE, share=share, officer="Z02", fields=ACCEPTED, then=after),
    )
