"""What the real service was found to answer where nobody documents it: replayed from a file.

The file is what `python -m contract_probe` writes. Each finding is an answer to one question; the
sandbox then answers such requests with the same status, codes and messages. What was not asked, or
has no answer in the file, is answered as always.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from greengrass_sandbox.cloud.errors import ApiError
from greengrass_sandbox.cloud.registry import ErrorEntry, Registry

FORMAT = 1
"""Of the file."""

EMPTY_BATCH, TOO_MANY, BAD_NAME, NAME_TWICE = "emptyBatch", "hundredAndOne", "badName", "nameTwice"
UNKNOWN_CORE, UNKNOWN_CORE_LEFT = "unknownCore", "disassociateUnknownCore"
UNKNOWN_THING, ALREADY_THERE = "unknownThing", "associateTwice"
UNKNOWN_THING_LEFT, NOT_THERE = "disassociateUnknownThing", "disassociateTwice"
BAD_TOKEN, TOO_MANY_RESULTS = "badToken", "tooManyResults"
DELETED_THING, LAG, RATE = "deletedThing", "associateLag", "rate"

_OK = 200
_NAME, _CORE = "{thingName}", "{coreDeviceThingName}"
_RETRY_AFTER, _ERROR, _ENTRIES = "retryAfter", "error", "errorEntries"


class ContractError(ValueError):
    """A file holds no findings that can be replayed; says what is wrong."""


@dataclass(frozen=True)
class Contract:
    """Findings by the question's name; without any, everything is as always."""

    findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def accepts(self, question: str) -> bool:
        """Whether the service was found to take such a request."""
        return question in self.findings and self.findings[question].get("status") == _OK

    def check(self, question: str, usual: ApiError, *, core: str = "", name: str = "") -> None:
        """Refuse a request as the service did, or as usual if nobody asked.

        Raises:
            ApiError: Unless the service takes such a request.
        """
        if not self.accepts(question):
            raise self._refusal(question, core, name) or usual

    def entries(
        self, core: str, names: Sequence[str], registry: Registry, *, leaving: bool
    ) -> tuple[list[ErrorEntry], list[str]]:
        """The error entries for names in a state that was asked about, and all other names.

        None of these states lets a name be associated or disassociated: it is so already, or its
        thing is not there.

        Raises:
            ApiError: One of the names has the whole call refused.
        """
        asked = {name: self._question(core, name, registry, leaving=leaving) for name in names}
        entries: list[ErrorEntry] = []
        for name, question in asked.items():
            refusal = self._refusal(question, core, name)
            if refusal is not None:
                raise refusal
            entries.extend(self._entries(question, core, name))
        return entries, [name for name in names if asked[name] not in self.findings]

    @property
    def keeps_associations(self) -> bool | None:
        """Whether a deleted thing stayed on the list; None: nobody asked."""
        return self.findings.get(DELETED_THING, {}).get("listed")

    @property
    def lag_seconds(self) -> float:
        """How long an association was not on the list yet; 0 if it was there at once."""
        return float(self.findings.get(LAG, {}).get("seconds") or 0)

    @property
    def requests_per_second(self) -> float | None:
        """At which rate calls were throttled; None: they were not."""
        rate = self.findings.get(RATE, {})
        if not rate.get("throttledAfter"):
            return None
        return float(rate["throttledAfter"]) / max(float(rate["seconds"]), 1.0)

    def _question(self, core: str, name: str, registry: Registry, *, leaving: bool) -> str:
        is_associated = name in registry.associations.get(core, {})
        if is_associated:
            return "" if leaving else ALREADY_THERE
        if name not in registry.things:
            return UNKNOWN_THING_LEFT if leaving else UNKNOWN_THING
        return NOT_THERE if leaving else ""

    def _refusal(self, question: str, core: str, name: str) -> ApiError | None:
        finding = self.findings.get(question, {})
        error = finding.get(_ERROR)
        if error is None:
            return None
        filled = _filled(error, core, name)
        members = {key: value for key, value in filled.items() if key not in ("code", "message")}
        return ApiError(
            filled["code"],
            finding["status"],
            filled.get("message", ""),
            members=members,
            retry_after_seconds=finding.get(_RETRY_AFTER),
        )

    def _entries(self, question: str, core: str, name: str) -> Iterator[ErrorEntry]:
        for entry in self.findings.get(question, {}).get(_ENTRIES, []):
            filled = _filled(entry, core, name)
            yield ErrorEntry(filled.get("thingName"), filled.get("code"), filled.get("message"))


def load(path: Path) -> Contract:
    """Read a file of findings.

    Raises:
        ContractError: It is none.
        OSError: It cannot be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ContractError(f"{path} is of format {document['format']}, not {FORMAT}")
        findings = dict(document["findings"])
        for question, finding in findings.items():
            _check(question, finding)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ContractError(f"{path} holds no findings of contract_probe: {error!r}") from error
    return Contract(findings)


def _check(question: str, finding: Mapping[str, Any]) -> None:
    if _ERROR in finding and not isinstance(finding[_ERROR]["code"], str):
        raise ContractError(f"{question}: an error has a code")
    if not all(isinstance(entry, Mapping) for entry in finding.get(_ENTRIES, [])):
        raise ContractError(f"{question}: error entries are objects")


def _filled(answer: Mapping[str, Any], core: str, name: str) -> dict[str, Any]:
    """An answer with the names of this request in the place of those of the question."""
    text = json.dumps(answer)
    for placeholder, value in ((_NAME, name), (_CORE, core)):
        text = text.replace(placeholder, json.dumps(value)[1:-1])
    filled: dict[str, Any] = json.loads(text)
    return filled
