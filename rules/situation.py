"""What a guard may look at: how one petition stands, in plain values, and the change that is asked for."""

from dataclasses import dataclass, field
from datetime import date

from models.vocabulary.case import DispatchState, Flag, PetitionClass, Relation, Way
from models.vocabulary.people import OrganKind, Role


@dataclass(frozen=True, kw_only=True)
class UnitSituation:
    """One proposed or commissioned unit."""

    code: str
    name: str
    kind: OrganKind
    district: str | None = None
    exists: bool = True
    state: DispatchState | None = None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything the guards may ask; dates are days in Asia/Shanghai, an empty text means nothing was said."""

    today: date
    actor_code: str = ""
    actor_role: Role = Role.SYSTEM
    receipt_on: date | None = None
    postmark_on: date | None = None
    happened_on: date | None = None
    people_count: int = 1
    representatives: int = 0
    registrar_code: str = ""
    drafter_code: str = ""
    petition_class: PetitionClass | None = None
    content_code: str = ""
    flags: frozenset[Flag] = frozenset()
    relation: Relation | None = None
    parent_number: str = ""
    parent_is_open: bool = False
    way: Way | None = None
    approval_role: Role | None = None
    accused_unit: str = ""
    units: tuple[UnitSituation, ...] = ()
    has_lead: bool = True
    district_via_congress: bool = False
    reason: str = ""
    answer: str = ""
    ground: str = ""
    limit_on: date | None = None
    extension_days: int = 0
    extension_cap: int = 0
    extensions_before: int = 0
    extension_approver: str = ""
    clock_due_on: date | None = None
    delivered_on: date | None = None
    delivery_impossible: bool = False
    review_window_open: bool = False
    failed_checks: tuple[str, ...] = ()
    missing_items: tuple[str, ...] = field(default=())
    unsent_letters: int = 0
    duplicates: int = 0

    @property
    def open_units(self) -> tuple[UnitSituation, ...]:
        """The units whose share is still alive: neither returned nor recalled."""
        gone = (DispatchState.RETURNED, DispatchState.RECALLED)
        return tuple(unit for unit in self.units if unit.state not in gone)

    def any_unit_is(self, *states: DispatchState) -> bool:
        """Say whether a living unit stands in one of the states."""
        return any(unit.state in states for unit in self.open_units)

    def every_unit_is(self, *states: DispatchState) -> bool:
        """Say whether there are living units and all stand in the states."""
        return bool(self.open_units) and all(unit.state in states for unit in self.open_units)
