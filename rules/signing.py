"""Signing: which decisions belong under a signature, given at the desk by somebody who has just been recognised anew.

Nothing is refused for want of it: until there is a desk to sign at, the case file says which of them are without (ADR 0021).
"""

from models.vocabulary.case import Event, PetitionClass
from models.vocabulary.people import Proof, Role

SIGNED = frozenset(
    {
        # what binds the office or ends a matter
        Event.APPROVE,
        Event.SEND_BACK,
        Event.CLOSE,
        Event.FINALIZE,
        Event.VOID,
        Event.DETACH,
        # what is decided on a unit, or on its asking
        Event.UPHOLD_OBJECTION,
        Event.OVERRULE_OBJECTION,
        Event.GRANT_EXTENSION,
        Event.REFUSE_EXTENSION,
        Event.SUPERVISE,
        # what stops a limit
        Event.SUSPEND_CLOCK,
    }
)
"""Decisions that need a signature in every case."""

SIGNED_IN_ACCUSATIONS = frozenset({Event.DISCLOSE, Event.READ})
"""Those that need one where the petition accuses somebody; 信访工作条例 第三十条 has the accuser kept secret."""


def needs_signature(event: Event, petition_class: PetitionClass | None) -> bool:
    """Say whether a person's decision of this kind belongs under a signature, in a petition of this class (nothing: not yet classed)."""
    return event in SIGNED or (event in SIGNED_IN_ACCUSATIONS and petition_class is PetitionClass.ACCUSATION)


def lacks_signature(event: Event, petition_class: PetitionClass | None, role: Role, proof: Proof | None) -> bool:
    """Say whether a decision on record is without the signature that it needs.

    The system signs nothing, and of an event from before proofs were kept (no ``proof``) nothing is said.
    """
    if role is Role.SYSTEM or proof is None:
        return False
    return proof is not Proof.SIGNED and needs_signature(event, petition_class)
