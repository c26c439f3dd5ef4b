"""`python -m release`: arguments and exit codes.

Exit codes: 0 it is done, 1 it cannot be done or a library has a known weakness, 2 the arguments
make no sense, or (`--advisories`) there was no index of advisories that could be asked.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from release.advisories import look_up
from release.errors import ReleaseError
from release.making import LOCK, make

ROOT = Path(__file__).resolve().parents[2]
_NOT_CHECKED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes a release, or looks for advisories; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.advisories:
        return advisories(ROOT / LOCK)
    try:
        folder = make(
            ROOT,
            options.version,
            today=datetime.now(timezone.utc).date(),
            key=options.key,
            say=_say,
        )
    except (ReleaseError, OSError) as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    _say(f"the release is in {folder.relative_to(ROOT)}")
    return 0


def advisories(lock: Path) -> int:
    """Prints what is known of the locked libraries; returns the exit code."""
    verdict = look_up(lock)
    for line in verdict.weaknesses:
        _say(f"WEAK {line}")
    if verdict.unchecked is not None:
        _say(f"NOT CHECKED: {verdict.unchecked}. Try where the internet can be reached.")
    elif not verdict.weaknesses:
        _say("no advisory is known for any locked library")
    if verdict.weaknesses:
        return 1
    return 0 if verdict.unchecked is None else _NOT_CHECKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="release", description="Makes a release.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("version", nargs="?", help="three numbers, such as 1.2.3")
    what.add_argument(
        "--advisories", action="store_true", help="look for known weaknesses of the libraries"
    )
    parser.add_argument("--key", type=Path, help="an Ed25519 key of OpenSSH that signs")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
