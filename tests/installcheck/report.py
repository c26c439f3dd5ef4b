"""What the checks have found, a line each."""

import sys
from dataclasses import dataclass, field


class CheckFailedError(Exception):
    """Something is not as it must be."""


@dataclass
class Report:
    """Prints findings as they come, and counts those that are wrong."""

    wrong: list[str] = field(default_factory=list)

    def title(self, text: str) -> None:
        """A new subject."""
        sys.stdout.write(f"\n## {text}\n\n")
        sys.stdout.flush()

    def found(self, what: str, how: str, *, expected: bool) -> None:
        """A finding."""
        sys.stdout.write(f"| {'ok' if expected else 'WRONG'} | {what} | {how} |\n")
        sys.stdout.flush()
        if not expected:
            self.wrong.append(f"{what}: {how}")
