"""`python -m mutation`, after `mutmut run`: the surviving mutants that nobody has judged yet."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutation.judged import Mutant, read_judged, read_mutant
from mutation.kinds import reason_of

JUDGED = Path(__file__).with_name("judged.txt")
_MUTMUT = [sys.executable, "-m", "mutmut"]
_SURVIVED = ("survived", "no tests")
_AT_ONCE = 2


def main() -> int:
    """Prints what is to be judged; returns the exit code: whether there is any."""
    survivors = _survivors()
    special = [one for one in survivors if reason_of(one) is None]
    judged = read_judged(JUDGED.read_text(encoding="utf-8"))
    new = [one for one in special if one not in judged]
    gone = [one for one in judged if one not in special]
    for mutant in new:
        sys.stdout.write(f"{mutant}\n\n")
    for mutant in gone:
        sys.stdout.write(f"judged, and does not survive any more:\n{mutant}\n\n")
    sys.stdout.write(
        f"{len(survivors)} survive: {len(survivors) - len(special)} of known kinds,"
        f" {len(special) - len(new)} judged, {len(new)} to be judged;"
        f" {len(gone)} entries of {JUDGED.name} to be removed\n"
    )
    return int(bool(new or gone))


def _survivors() -> list[Mutant]:
    lines = _output("results").splitlines()
    names = [line.partition(":")[0].strip() for line in lines if line.endswith(_SURVIVED)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        diffs = pool.map(lambda name: _output("show", name), names)
        found = [read_mutant(name, diff) for name, diff in zip(names, diffs, strict=True)]
    return sorted(set(found), key=str)


def _output(*arguments: str) -> str:
    return subprocess.run(
        [*_MUTMUT, *arguments], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
