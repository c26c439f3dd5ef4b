"""On which machine, with which versions and numbers."""

import dataclasses
import os
import platform
import shutil
import sqlite3
import subprocess
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.plan import FULL, Plan
from client_device_associator import __version__

_PACKAGES = ("awsiotsdk", "awscrt", "boto3", "botocore")
_MEBIBYTE = 1024 * 1024


def machine(plan: Plan, disk: str) -> dict[str, Any]:
    """What a reader needs to know of a run.

    Args:
        plan: Its numbers.
        disk: How writes to the disk are counted.
    """
    return {
        "at": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "quick": plan != FULL,
        "plan": dataclasses.asdict(plan),
        "disk": disk,
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory MiB": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEBIBYTE,
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "load at the start": [round(one, 2) for one in os.getloadavg()],
        },
        "versions": {
            "component": f"{__version__} {_commit()}".strip(),
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{name: metadata.version(name) for name in _PACKAGES},
        },
    }


def _commit() -> str:
    """Which commit was measured; "" if that is unknown."""
    git = shutil.which("git")
    if git is None:
        return ""
    command = [git, "-C", str(Path(__file__).parent), "rev-parse", "--short=10", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"({found.stdout.strip()})" if found.returncode == 0 else ""


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return processor_in(text) or platform.machine()


def processor_in(cpuinfo: str) -> str:
    """The processor's name in the text of /proc/cpuinfo; "" if it has none."""
    for line in cpuinfo.splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return ""
