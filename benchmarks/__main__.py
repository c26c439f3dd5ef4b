"""`python -m benchmarks [--quick] [--only PART ...] [--to FOLDER] [--draw]`: see `make bench`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contestants.saying import say
from benchmarks.measures import disk
from benchmarks.measures.burst import bursts, bursts_in_trouble
from benchmarks.measures.full_speed import full_speed
from benchmarks.measures.growing import growing
from benchmarks.measures.latency import latencies
from benchmarks.measures.neighbours import neighbours
from benchmarks.measures.presence import presence
from benchmarks.measures.rest import rest
from benchmarks.measures.writing import writing
from benchmarks.plan import FULL, QUICK
from benchmarks.report.machine import machine
from benchmarks.report.page import DOCS, FIGURES, PAGE, write_page
from benchmarks.report.record import Record, read_record
from benchmarks.run import Run

PARTS: dict[str, Callable[[Run], None]] = {
    "burst": bursts,
    "trouble": bursts_in_trouble,
    "speed": full_speed,
    "presence": presence,
    "latency": latencies,
    "writing": writing,
    "neighbours": neighbours,
    "growing": growing,
    "rest": rest,
}
"""In the order in which they are run."""

ELSEWHERE = Path(".sandbox-bench")
"""Where the page of a run goes that is not whole."""


def measure(*, quick: bool, parts: Sequence[str]) -> Record:
    """Runs the measurements."""
    with tempfile.TemporaryDirectory() as folder:
        library = disk.compiled(Path(folder))
        plan = QUICK if quick else FULL
        how = disk.HOW_GUESSED if library is None else disk.HOW_COUNTED
        run = Run(plan, Record(machine(plan, how)), library)
        try:
            failed = [part for part in parts if not run.attempt(part, PARTS[part])]
            if not run.attempt("what was done later", Run.finish):
                failed.append("what was done later")
        finally:
            run.close()
        run.record.about["failed"] = failed
        run.record.about["seconds"] = round(run.seconds())
        run.record.about["load at the end"] = [round(one, 2) for one in os.getloadavg()]
        run.say("all measured")
        return run.record


def main(arguments: Sequence[str]) -> int:
    """Measures, and writes record, plots and page; or only draws what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only shows that everything works")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, help="which parts; all of them", default=list(PARTS)
    )
    parser.add_argument("--to", type=Path, help="the folder of the page")
    parser.add_argument("--draw", action="store_true", help="measure nothing: draw what is there")
    options = parser.parse_args(arguments)
    is_whole = not options.quick and list(options.only) == list(PARTS)
    folder: Path = options.to or (DOCS if is_whole else ELSEWHERE)
    figures = folder / FIGURES
    if options.draw:
        record = read_record(figures)
    else:
        record = measure(quick=options.quick, parts=options.only)
        figures.parent.mkdir(parents=True, exist_ok=True)
        figures.write_text(record.text(), encoding="utf-8")
    write_page(record, folder)
    # Here, because what else this package does needs no plotting library.
    from benchmarks.report.plots import draw  # noqa: PLC0415

    draw(record, figures.parent)
    say(f"written to {folder / PAGE}")
    return 1 if record.about["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
