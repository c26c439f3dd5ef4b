"""Runs every scenario, and writes figures, plots and the page.

`python -m fleet` does all of it; `python -m fleet page` only the plots and the page, from figures
that are there.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from fleet.figures import PAGE, read_figures, write_figures
from fleet.fleet import Setting
from fleet.measures import Measures
from fleet.page import page
from fleet.plan import settings
from fleet.plot import draw
from fleet.scenarios import SCENARIOS

PROCESSES = 2


def measure(setting: Setting) -> Measures:
    """One run."""
    return SCENARIOS[setting.scenario](setting)


def main() -> int:
    """Everything, in under ten minutes on two processors."""
    if sys.argv[1:] != ["page"]:
        began = time.monotonic()
        runs: list[Measures] = []
        with ProcessPoolExecutor(PROCESSES) as processes:
            for one in processes.map(measure, settings()):
                runs.append(one)
                sys.stdout.write(
                    f"{one.scenario}, {one.rate:g} calls/s, {one.policy}: {one.ratio:.2f} of the"
                    f" bound, {one.share_throttled:.0%} throttled, {one.calls_per_core:.2f} calls\n"
                )
                sys.stdout.flush()
        write_figures(runs)
        sys.stdout.write(f"{len(runs)} runs, {time.monotonic() - began:.0f} s\n")
    runs = read_figures()
    draw(runs)
    PAGE.write_text(page(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
