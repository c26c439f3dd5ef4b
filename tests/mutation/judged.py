"""The list of surviving mutants that were judged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REASON = "= "


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one function.

    Attributes:
        function: Where, without the package's name.
        removed: The lines that the change removes.
        added: The lines that it adds.
    """

    function: str
    removed: tuple[str, ...]
    added: tuple[str, ...]

    def __str__(self) -> str:
        """As it stands in the list, without a reason."""
        lines = [f"- {line}" for line in self.removed] + [f"+ {line}" for line in self.added]
        return "\n".join([self.function, *lines])


def read_mutant(name: str, diff: str) -> Mutant:
    """A mutant from the names and differences that mutmut prints.

    Args:
        name: Such as `client_device_associator.core.engine.xǁEngineǁstep__mutmut_3`.
        diff: A unified diff.
    """
    module, _, function = re.sub(r"__mutmut_\d+$", "", name).rpartition(".")
    parts = [part for part in re.sub(r"^x_?", "", function).split("ǁ") if part]
    place = ".".join([module.partition(".")[2], *parts])
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return Mutant(
        place,
        tuple(line[1:].strip() for line in lines if line.startswith("-")),
        tuple(line[1:].strip() for line in lines if line.startswith("+")),
    )


def read_judged(text: str) -> Mapping[Mutant, str]:
    """Every judged mutant and the reason why it may survive.

    Args:
        text: Blocks with an empty line between them: the function, lines with `- ` and `+ ` as in
            a diff, and a reason after `= `. Lines that begin with `#` are comments.

    Raises:
        ValueError: A block has no reason.
    """
    judged: dict[Mutant, str] = {}
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for block in re.split(r"\n\s*\n", "\n".join(lines).strip()):
        if not block:
            continue
        function, *rest = block.splitlines()
        reason = " ".join(line[len(_REASON) :] for line in rest if line.startswith(_REASON))
        if not reason:
            raise ValueError(f"{function}: no reason")
        judged[
            Mutant(
                function,
                tuple(line[2:] for line in rest if line.startswith("- ")),
                tuple(line[2:] for line in rest if line.startswith("+ ")),
            )
        ] = reason
    return judged
