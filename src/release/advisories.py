"""Known weaknesses of the locked libraries, as far as there is an index of advisories in reach.

pip-audit asks; its own exit code does not say whether it could: a library that the index does not
know is "skipped" with success.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Run = Callable[[list[str]], "subprocess.CompletedProcess[str]"]

_TIMEOUT_SECONDS = 15
_LAST_LINES = 1


@dataclass(frozen=True)
class Verdict:
    """What is known.

    Attributes:
        weaknesses: A line each.
        unchecked: Why this is not all, or None.
    """

    weaknesses: tuple[str, ...] = ()
    unchecked: str | None = None


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Runs pip-audit."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def look_up(lock: Path, run_command: Run = run) -> Verdict:
    """Looks for advisories about locked libraries; an index out of reach is no error."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--timeout", str(_TIMEOUT_SECONDS), "--disable-pip", "--require-hashes"]
    done = run_command([*command, "--requirement", str(lock)])
    try:
        libraries = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines()[-_LAST_LINES:]
        return Verdict(unchecked=f"pip-audit gave no answer: {' '.join(said) or 'not a word'}")
    skipped = [one["name"] for one in libraries if "skip_reason" in one]
    weaknesses = tuple(_line(one, found) for one in libraries for found in one.get("vulns", []))
    unchecked = (
        f"the index of advisories knows nothing of {', '.join(skipped)}" if skipped else None
    )
    if not libraries:
        unchecked = f"pip-audit found no library in {lock}"
    return Verdict(weaknesses, unchecked)


def _line(library: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    versions = ", ".join(found.get("fix_versions") or []) or "no version yet"
    return f"{library['name']} {library['version']}: {found['id']}, corrected in {versions}"
