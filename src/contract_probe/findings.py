"""What was found out, as JSON that the sandbox can replay (`up --contract FILE`)."""

import json
from collections.abc import Mapping
from typing import Any

from contract_probe.calls import Answer

FORMAT = 1
"""Of the file: another one for files that the sandbox of today could not replay."""

THING, CORE = "{thingName}", "{coreDeviceThingName}"
"""In the place of names, which belong to the account."""

Finding = dict[str, Any]


class Findings:
    """Collects findings by the name of the question.

    Args:
        about: Facts of the run: when, where.
    """

    def __init__(self, about: Mapping[str, Any]) -> None:
        self._about = dict(about)
        self._findings: dict[str, Finding] = {}

    def __contains__(self, question: str) -> bool:
        return question in self._findings

    def add(self, question: str, finding: Mapping[str, Any]) -> None:
        """Notes what was found out."""
        self._findings[question] = dict(finding)

    def text(self, *, calls: int, ended: str) -> str:
        """The file.

        Args:
            calls: How many were made.
            ended: Why it ended: "complete", or in words.
        """
        document = {
            "format": FORMAT,
            **self._about,
            "calls": calls,
            "ended": ended,
            "findings": self._findings,
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def finding_of(answer: Answer, names: Mapping[str, str]) -> Finding:
    """An answer as a finding, without a name of the account.

    Args:
        answer: What the service answered.
        names: What stands for each name, by the name.
    """
    if answer.is_ok:
        found: Finding = {"status": answer.status, **answer.body}
    else:
        found = {"status": answer.status, "error": dict(answer.body)}
    if answer.retry_after is not None:
        found["retryAfter"] = answer.retry_after
    text = json.dumps(found, default=str)
    # The longest first: one name may begin like another.
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(json.dumps(name)[1:-1], names[name])
    without: Finding = json.loads(text)
    return without
