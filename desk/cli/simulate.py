"""``xinfang simulate``: a year of an invented city, in minutes, with the promises checked at the end."""

from typing import Annotated

import typer

from desk.cli.output import MISUSED, REFUSED, fail, say, say_json, spoken, table


@spoken
def simulate_command(
    first: Annotated[str, typer.Option("--from", help="第一天，如 2025-01-01")] = "2025-01-01",
    last: Annotated[str, typer.Option("--to", help="最后一天，如 2025-12-31")] = "2025-12-31",
    petitions: Annotated[int, typer.Option("--petitions", help="信访件数", min=1, max=1_000_000)] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="随机种子；同一种子结果相同")] = 7,
    no_outage: Annotated[bool, typer.Option("--no-outage", help="不模拟巡查停一周")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """用真实的规则、操作和升级阶梯走过一段时间（不用流程引擎，不等待），打印提醒、逾期、催办、督办，并核对各项承诺。"""
    from desk.cli.due import read_day
    from desk.simulation.city import Plan, outage_of, simulate
    from desk.simulation.promises import PROMISES
    from desk.simulation.tally import rows
    from rules.errors import CaseworkError

    try:
        order = Plan(
            first=read_day(first, "--from"), last=read_day(last, "--to"), petitions=petitions, seed=seed, outage=not no_outage
        )
    except CaseworkError as refused:
        fail(str(refused), MISUSED)
    if order.last < order.first:
        fail(f"--to {order.last} 早于 --from {order.first}", MISUSED)
    year = simulate(order, lambda done, parts: None if as_json else say(f"已走完 {done}/{parts} 部分"))
    down = outage_of(order)
    if as_json:
        say_json(vars(year) | {"counted": rows(year.counted), "refused": dict(year.refused), "outage": down})
    else:
        table(f"{order.first} 至 {order.last}，{year.petitions} 件，种子 {seed}", rows(year.counted))
        say(
            f"结案 {year.closed} 件；事件 {year.events} 条；期限 {year.clocks} 个；已办步骤 {year.rungs} 步，被取代 {year.overtaken} 步；"
            f"函件 {year.letters} 份；规则拒绝 {sum(year.refused.values())} 次；巡查停机 {f'{down[0]} 至 {down[1]}' if down else '无'}"
        )
        for promise in PROMISES:
            found = [where for kept, where in year.broken if kept == promise]
            say(f"{'✗' if found else '✓'} {promise}{f'：{len(found)} 处，例如 {found[0]}' if found else ''}")
        say(f"用时 {year.seconds:.1f} 秒")
    if year.broken or year.faults:
        fail(f"有 {len(year.broken)} 处没有守住承诺，{len(year.faults)} 次故障：{'；'.join(year.faults[:3])}", REFUSED)
