"""What was measured on, and when: shared machines are not equally fast every day, nor every hour."""

import json
import math
import os
import platform
import time
from pathlib import Path
from typing import Any

from desk.wall_time import now

RESULTS = Path(__file__).with_name("results.json")


def machine() -> dict[str, Any]:
    """Name the machine, the hour, and how many processes wanted its cores in the fifteen minutes before."""
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "python_loop_ms": yardstick(),
    } | circumstances()


def circumstances() -> dict[str, Any]:
    """When this is, and how busy others keep the machine: a load well above nothing makes every figure beside it worse."""
    return {"measured_at": f"{now():%Y-%m-%d %H:%M}", "load_before": [round(load, 1) for load in os.getloadavg()]}


def yardstick() -> int:
    """Milliseconds for a million turns of a plain Python loop."""
    best = math.inf
    for _ in range(5):
        began, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number * number
        best = min(best, time.process_time() - began)
    return round(best * 1000)


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def write_down(found: dict[str, Any], results: Path = RESULTS) -> None:
    """Put figures into the file of results; those of other benchmarks stay as they are."""
    known = json.loads(results.read_text()) if results.exists() else {}
    results.write_text(json.dumps(known | found, indent=2, ensure_ascii=False) + "\n")


def verdict(value: float, *, at_most: float | None = None, at_least: float | None = None) -> str:
    """Say whether a figure meets its target."""
    met = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    return "pass" if met else "FAIL"
