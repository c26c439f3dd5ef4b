"""The three operations: checks what a request holds, then asks the registry."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greengrass_sandbox.cloud.contract import (
    BAD_NAME,
    BAD_TOKEN,
    EMPTY_BATCH,
    NAME_TWICE,
    TOO_MANY,
    TOO_MANY_RESULTS,
    UNKNOWN_CORE,
    UNKNOWN_CORE_LEFT,
    Contract,
)
from greengrass_sandbox.cloud.errors import (
    ApiError,
    InvalidField,
    ValidationReason,
    resource_not_found_exception,
    validation_exception,
)
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.cloud.listing import Document, Listing
from greengrass_sandbox.cloud.registry import Registry
from greengrass_sandbox.cloud.service_model import DISASSOCIATE, LIST, Limits


@dataclass(frozen=True)
class Request:
    """One request, taken apart but not yet checked.

    Attributes:
        operation: The operation's name.
        core: The core device in its path.
        query: Its query parameters, decoded.
        body: What its body holds as JSON; None if there is none or it cannot be read.
        is_known: Whether there is such an operation; if not, `operation` is method and path.
    """

    operation: str
    core: str
    query: Mapping[str, str]
    body: object
    is_known: bool = True

    @property
    def thing_names(self) -> tuple[str, ...]:
        """The thing names of its entries as far as they are strings, for records and faults."""
        entries = self.body.get("entries") if isinstance(self.body, Mapping) else None
        if not isinstance(entries, list):
            return ()
        names = (entry.get("thingName") for entry in entries if isinstance(entry, Mapping))
        return tuple(name for name in names if isinstance(name, str))


def parse_body(body: bytes) -> object:
    """Read a JSON body; None if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def perform(
    request: Request,
    registry: Registry,
    listing: Listing,
    limits: Limits,
    *,
    now: float,
    contract: Contract,
    faults: Sequence[Fault] = (),
    left_out: frozenset[str] = frozenset(),
) -> Document:
    """Do what is asked, but not with who is `left_out`, and return the answer's JSON.

    `faults` are those that let the operation happen.

    Raises:
        ApiError: ValidationException or (for the core device) ResourceNotFoundException.
    """
    _check_name("coreDeviceThingName", request.core, limits)
    if request.operation == LIST:
        size = _page_size(request.query, limits, contract)
    else:
        names = _entry_names(request, limits, contract)
    if request.core not in registry.cores:
        usual = resource_not_found_exception(
            f"There is no core device named {request.core}", resource_id=request.core
        )
        question = UNKNOWN_CORE_LEFT if request.operation == DISASSOCIATE else UNKNOWN_CORE
        contract.check(question, usual, core=request.core)
        return {"errorEntries": []}
    if request.operation == LIST:
        token = request.query.get("nextToken")
        try:
            page = listing.page(request.core, token, size, now=now, faults=faults)
        except ApiError as usual:
            contract.check(BAD_TOKEN, usual, core=request.core)
            page = listing.page(request.core, None, size, now=now, faults=faults)
        return page.as_document()
    wanted = [name for name in names if name not in left_out]
    is_leaving = request.operation == DISASSOCIATE
    errors, wanted = contract.entries(request.core, wanted, registry, leaving=is_leaving)
    if is_leaving:
        codes = [fault.entry_code for fault in faults if fault.kind is FaultKind.NOT_ASSOCIATED]
        errors += registry.disassociate(request.core, wanted, next(iter(codes), None))
    else:
        errors += registry.associate(request.core, wanted, now=now)
    return {"errorEntries": [entry.as_document() for entry in errors]}


def _entry_names(request: Request, limits: Limits, contract: Contract) -> list[str]:
    body = request.body
    if not isinstance(body, Mapping):
        raise validation_exception(
            "The body is not a JSON object", reason=ValidationReason.CANNOT_PARSE
        )
    entries = body.get("entries")
    if not isinstance(entries, list) or not 1 <= len(entries) <= limits.max_entries:
        question = TOO_MANY if entries else EMPTY_BATCH
        wrong = InvalidField("entries", f"must be a list of 1 to {limits.max_entries} entries")
        contract.check(question, _refusal([wrong]), core=request.core)
    names: list[str] = []
    bad = []
    question, example = NAME_TWICE, ""
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("thingName") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or not limits.thing_name.fullmatch(name):
            bad.append(InvalidField(entry_field(index), _must_match(limits)))
            question, example = BAD_NAME, str(name)
        elif name in names:
            bad.append(InvalidField(entry_field(index), f"{name} is in the batch twice"))
        else:
            names.append(name)
    if bad:
        contract.check(question, _refusal(bad), core=request.core, name=example)
    return names


def entry_field(index: int) -> str:
    """How a ValidationException names the entry at an index (0 is the first)."""
    return f"entries[{index}].thingName"


def _check_name(field: str, name: str, limits: Limits) -> None:
    if not limits.thing_name.fullmatch(name):
        raise _refusal([InvalidField(field, _must_match(limits))])


def _must_match(limits: Limits) -> str:
    return f"must be a thing name: {limits.thing_name.pattern}"


def _page_size(query: Mapping[str, str], limits: Limits, contract: Contract) -> int | None:
    wanted = query.get("maxResults")
    if wanted is None:
        return None
    # isascii as well, because int() and isdigit() disagree about digits of other scripts.
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= limits.max_results):
        wrong = InvalidField("maxResults", f"must be 1 to {limits.max_results}")
        contract.check(TOO_MANY_RESULTS, _refusal([wrong]))
        return limits.max_results
    return int(wanted)


def _refusal(fields: Sequence[InvalidField]) -> ApiError:
    detail = "; ".join(f"{field.name} {field.message}" for field in fields)
    return validation_exception(f"The request is not valid: {detail}", fields=fields)
