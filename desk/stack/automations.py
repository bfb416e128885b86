"""The engine's automations that supervisors find in its pages and may extend there."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.errors import CaseworkError
from tasks.runs.announcements import ESCALATED, MISSED_EVENT

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.events.schemas.automations import AutomationCore

CASE_PAGE = "case_page/case_page"
NAME = "期限逾期与升级"
DESCRIPTION = (
    "某件信访逾期或者升级（催办、督办、报告）时，更新它的案卷页。可以在这里加上通知、调用等动作；"
    "再次执行 automations apply 不会覆盖您的改动。"
)
PETITION_NUMBER = {"__prefect_kind": "jinja", "template": "{{ event.resource['petition.number'] }}"}


class EngineUnreachableError(CaseworkError):
    """The engine does not answer, or does not know our deployments yet."""


def apply_automations(client: "SyncPrefectClient", *, reset: bool = False) -> str:
    """Create the automation where it is missing, put it back with ``reset``, leave it alone otherwise."""
    found = client.read_automations_by_name(NAME)
    if found and not reset:
        return f"自动化规则“{NAME}”已在，未作改动"
    wanted = deadline_automation(_deployment(client))
    if found:
        client.update_automation(found[0].id, wanted)
        return f"自动化规则“{NAME}”已恢复"
    client.create_automation(wanted)
    return f"自动化规则“{NAME}”已登记"


def deadline_automation(case_page: Any) -> "AutomationCore":
    """What happens when a petition's limit is missed or its ladder climbs: the deployment with this id runs for it."""
    from prefect.events.actions import RunDeployment
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
    from prefect.events.schemas.events import ResourceSpecification

    trigger = EventTrigger(
        expect={MISSED_EVENT, ESCALATED},
        match=ResourceSpecification({"prefect.resource.id": "petition.*"}),
        for_each={"prefect.resource.id"},
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    action = RunDeployment(source="selected", deployment_id=case_page, parameters={"petition_no": PETITION_NUMBER})
    return AutomationCore(name=NAME, description=DESCRIPTION, enabled=True, trigger=trigger, actions=[action])


def _deployment(client: "SyncPrefectClient") -> Any:
    from prefect.exceptions import ObjectNotFound

    try:
        return client.read_deployment_by_name(CASE_PAGE).id
    except ObjectNotFound:
        raise EngineUnreachableError("流程引擎里还没有登记流程：请先启动 xinfang up") from None
