"""``xinfang automations apply``: put the automations into the running engine."""

from typing import Annotated

import typer

from desk.cli.output import say, spoken

automations_app = typer.Typer(help="流程引擎的自动化规则", no_args_is_help=True)


@automations_app.callback()
def _group() -> None:
    """Keep ``apply`` a command of its own: there may be more."""


@automations_app.command("apply")
@spoken
def apply_command(reset: Annotated[bool, typer.Option("--reset", help="恢复为出厂设置，覆盖已有改动")] = False) -> None:
    """登记自动化规则；已有的不动（可反复执行）。"""
    import httpx

    from desk.stack.automations import EngineUnreachableError, apply_automations
    from desk.stack.engine import engine_client
    from tasks.keeping.settings import settings

    try:
        with engine_client() as client:
            say(apply_automations(client, reset=reset))
    except httpx.HTTPError:
        raise EngineUnreachableError(f"流程引擎 {settings().api_url} 没有响应：请先启动 xinfang up") from None
