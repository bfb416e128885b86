"""The life that is disturbed: a petition for two units, from its form to the archive, one turn a line."""

from dataclasses import dataclass, field

from models.vocabulary import Step

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
    then: dict[str, Step | None]
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
PROPOSED = {"way": "交办", "lead": "市住建局", "co_handling": "某街道办事处", "opinion": "建议交办"}
REPORTED = {"choice": "报结", "outcome": "诉求支持", "text": "已修复", "told": "已当面告知"}
ACCEPTED = {"choice": "审核通过", "reason": "同意"}


def life(delivered_on: str) -> tuple[Turn, ...]:
    """Write the turns of one life; ``delivered_on`` is the ISO day on which the answer reaches the petitioner."""
    delivered = {"way": "当面送达", "delivered_on": delivered_on, "summary": "已修复", "settlement": "化解息访"}
    return (
        Turn(step=Step.SCREEN, officer="L-SZJ", fields=SCREENED, then={"": Step.SCREEN}, refused=True),
        Turn(step=Step.SCREEN, officer="Z01", fields=SCREENED, then={"": Step.PROPOSE}),
        Turn(step=Step.PROPOSE, officer="Z01", fields=PROPOSED, then={"": Step.APPROVE}),
        Turn(
            step=Step.APPROVE, officer="F01", fields={"choice": "同意", "opinion": "同意"},
            then={"": Step.OVERSEE, "/1": Step.SIGN_IN, "/2": Step.SIGN_IN},
        ),
        *_unit("/1", "SZJ"),
        *_unit("/2", "JDB", last=True),
        Turn(step=Step.DELIVER, officer="Z01", fields=delivered, then={"": Step.CLOSE}),
        Turn(
            step=Step.CLOSE, officer="D01", fields={"choice": "同意结案", "settlement": "化解息访", "opinion": "案结事了"},
            then={"": Step.ARCHIVE},
        ),
        Turn(step=Step.ARCHIVE, officer="A01", fields={"choice": "归档"}, then={"": None}),
    )  # fmt: skip


def _unit(share: str, code: str, *, last: bool = False) -> tuple[Turn, ...]:
    liaison = f"L-{code}"
    after: dict[str, Step | None] = {share: None} | ({"": Step.DELIVER} if last else {})
    return (
        Turn(step=Step.SIGN_IN, share=share, officer=liaison, fields={"choice": "签收"}, then={share: Step.REPORT}),
        Turn(step=Step.REPORT, share=share, officer=liaison, fields=REPORTED, then={share: Step.EXAMINE}),
        Turn(step=Step.EXAMINE, share=share, officer="Z02", fields=ACCEPTED, then=after),
    )
