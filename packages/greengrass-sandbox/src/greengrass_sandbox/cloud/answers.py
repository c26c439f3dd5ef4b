"""Answers as HTTP: the service's own, and the nonsense that a fault sends in their place."""

import json
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import NoReturn

from aiohttp import web

from greengrass_sandbox.cloud import errors
from greengrass_sandbox.cloud.errors import ApiError, InvalidField
from greengrass_sandbox.cloud.faults import Fault, FaultKind
from greengrass_sandbox.cloud.listing import Document
from greengrass_sandbox.cloud.operations import Request, entry_field
from greengrass_sandbox.cloud.registry import ErrorEntry
from greengrass_sandbox.plumbing import loopback_http

_WEB_PAGE = "<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
_MISSING_BYTES = 1000
"""How much longer an answer that breaks off says it is."""


def success(document: Document) -> web.Response:
    """200 with the operation's result."""
    return _json(HTTPStatus.OK, json.dumps(document), {})


def refusal(error: ApiError) -> web.Response:
    """An error as the protocol rest-json has it: its name in a header, its members in the body."""
    headers = {"x-amzn-ErrorType": error.code}
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    document = {"message": error.message, **error.members}
    return _json(error.status, json.dumps(document), headers)


def exception(fault: Fault, request: Request) -> ApiError | None:
    """The modelled exception that a fault asks for, if it asks for one."""
    message = fault.message or f"{fault.kind.value} on command"
    retry_after = fault.retry_after_seconds
    if fault.kind is FaultKind.VALIDATION_EXCEPTION:
        fields = [*fault.fields, *_blamed(fault, request)]
        return errors.validation_exception(message, reason=fault.reason, fields=fields)
    if fault.kind is FaultKind.THROTTLING_EXCEPTION:
        return errors.throttling_exception(message, retry_after_seconds=retry_after)
    if fault.kind is FaultKind.INTERNAL_SERVER_EXCEPTION:
        return errors.internal_server_exception(message, retry_after_seconds=retry_after)
    if fault.kind is FaultKind.ACCESS_DENIED_EXCEPTION:
        return errors.access_denied_exception(message)
    if fault.kind is FaultKind.RESOURCE_NOT_FOUND_EXCEPTION:
        return errors.resource_not_found_exception(message, resource_id=request.core)
    return None


def error_entries(fault: Fault, request: Request) -> tuple[ErrorEntry, ...]:
    """The error entries that a fault adds to the answer."""
    if fault.kind is not FaultKind.ERROR_ENTRIES:
        return ()
    if fault.error_entries:
        return fault.error_entries
    message = fault.message or f"{fault.entry_code} on command"
    return tuple(
        ErrorEntry(name, fault.entry_code, message)
        for name in request.thing_names
        if not fault.only_if_named or name in fault.only_if_named
    )


def nonsense(fault: Fault) -> web.Response | None:
    """A complete HTTP answer that is none of this service's, if the fault asks for one."""
    if fault.kind is FaultKind.EMPTY_BODY:
        return web.Response(status=HTTPStatus.OK)
    if fault.kind is FaultKind.HTML_BODY:
        return _web_page(HTTPStatus.OK, "Welcome to the network")
    if fault.kind is FaultKind.WRONG_SHAPE:
        return _json(HTTPStatus.OK, fault.body, {})
    if fault.kind is FaultKind.NULL_BODY:
        return _json(HTTPStatus.OK, "null", {})
    if fault.kind is FaultKind.PROXY_ERROR:
        return _web_page(fault.status, HTTPStatus(fault.status).phrase)
    return None


async def break_connection(fault: Fault, connection: web.BaseRequest) -> NoReturn:
    """Leave a request without a (whole) answer, as HANG, RESET or RESET_IN_BODY ask for."""
    if fault.kind is FaultKind.HANG:
        await loopback_http.hang()
    opening = b'{"errorEntries": ['
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(opening) + _MISSING_BYTES}\r\n\r\n"
    )
    part = head.encode() + opening if fault.kind is FaultKind.RESET_IN_BODY else b""
    await loopback_http.reset_connection(connection, part)


def _blamed(fault: Fault, request: Request) -> Sequence[InvalidField]:
    if not fault.names_fields:
        return ()
    return [
        InvalidField(entry_field(index), f"{name} is refused")
        for index, name in enumerate(request.thing_names)
        if name in fault.only_if_named
    ]


def _json(status: int, body: str, headers: dict[str, str]) -> web.Response:
    return web.Response(
        status=status,
        text=body,
        content_type="application/json",
        headers={"x-amzn-RequestId": str(uuid.uuid4()), **headers},
    )


def _web_page(status: int, title: str) -> web.Response:
    return web.Response(status=status, text=_WEB_PAGE.format(title=title), content_type="text/html")
