"""A long run: `python -m fuzz [runs] [target …]`, each target in a process of its own.

atheris watches which lines an input reaches, and keeps those that reach new ones: it finds what
random bytes do not. What harms a target is written to its corpus, so that the tests keep it.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.every import TARGETS
from fuzz.target import Target

RUNS = 1_000_000
"""Over all targets together."""

MAX_BYTES = 4096
SECONDS_FOR_ONE = 25
"""An input that takes longer counts as harm."""

_DONE = re.compile(r"Done (\d+) runs|#(\d+)\s+(?:DONE|pulse|NEW|REDUCE)")


def main() -> int:
    """Fuzzes each target, prints how often, and says whether any of them was harmed."""
    runs = int(sys.argv[1]) if sys.argv[1:] else RUNS
    wanted = set(sys.argv[2:])
    targets = [one for one in TARGETS if not wanted or one.name in wanted]
    shares = sum(one.share for one in targets)
    harmed = 0
    total = 0
    for target in targets:
        count, is_harmed = _fuzz(target, int(runs * target.share / shares) + 1)
        harmed += is_harmed
        total += count
        sys.stdout.write(f"{target.name:24} {count:>9,} executions{', HARMED' * is_harmed}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{'together':24} {total:>9,} executions, {harmed} targets harmed\n")
    return min(harmed, 1)


def _fuzz(target: Target, runs: int) -> tuple[int, bool]:
    """Runs one target; how many executions there were, and whether it was harmed."""
    with tempfile.TemporaryDirectory() as found:
        seeds = Path(found) / "seeds"
        seeds.mkdir()
        for index, data in enumerate(target.inputs()):
            (seeds / f"seed-{index}").write_bytes(data)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "fuzz.one", target.name),
                *(f"-runs={runs}", f"-max_len={MAX_BYTES}", f"-timeout={SECONDS_FOR_ONE}"),
                f"-artifact_prefix={found}/harm-",
                str(seeds),
            ],
            capture_output=True,
            check=False,
        )
        output = (done.stderr + done.stdout).decode(errors="replace")
        harm = sorted(Path(found).glob("harm-*"))
        for path in harm:
            target.corpus.mkdir(parents=True, exist_ok=True)
            (target.corpus / path.name.removeprefix("harm-")).write_bytes(path.read_bytes())
        if done.returncode:
            sys.stderr.write(output[-4000:])
        counts = [int(one or other) for one, other in _DONE.findall(output)]
        return max(counts, default=0), bool(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
