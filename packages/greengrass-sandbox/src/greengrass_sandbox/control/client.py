"""Asking a running sandbox for something, over its control socket."""

import json
import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from greengrass_sandbox.control.server import SOCKET_NAME
from greengrass_sandbox.lifecycle.layout import Layout


class ControlError(Exception):
    """The sandbox is not there, or says no; the message says why."""


class RefusedError(ControlError):
    """The sandbox says no; the message says why."""


def ask(root: Path, request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON, by command
    """Send a request and return its result.

    Args:
        root: The root folder of the sandbox's core device.
        request: The request, with its ``command``.

    Raises:
        ControlError: No sandbox runs there, it refused, or it went away.
    """
    with _connected(root) as stream:
        return _result(_exchange(stream, request))


def watch(
    root: Path, topic_filter: str | None, *, iot_core: bool = False
) -> Iterator[dict[str, Any]]:
    """Collect messages: yields an empty one when collecting has started, then each that comes.

    Ends when the sandbox does. Without a filter, all messages of local publish/subscribe.
    `iot_core`: of AWS IoT Core, not of local publish/subscribe.

    Raises:
        ControlError: No sandbox runs there, or it refused.
    """
    with _connected(root) as stream:
        _result(
            _exchange(stream, {"command": "watch", "filter": topic_filter, "iotCore": iot_core})
        )
        yield {}
        for line in stream:
            yield json.loads(line)["message"]


@contextmanager
def _connected(root: Path) -> Generator[IO[bytes], None, None]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(str(Layout(root.resolve()).socket(SOCKET_NAME)))
        except OSError as error:
            raise ControlError(
                f"no sandbox runs in {root} ({error}): start one with "
                f"greengrass-sandbox up --root {root}"
            ) from error
        with connection.makefile("rwb") as stream:
            yield cast("IO[bytes]", stream)


def _exchange(stream: IO[bytes], request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        stream.write(json.dumps(request).encode() + b"\n")
        stream.flush()
        line = stream.readline()
    except OSError as error:
        raise ControlError(f"the sandbox went away: {error}") from error
    if not line:
        raise ControlError("the sandbox went away before it answered")
    return cast("dict[str, Any]", json.loads(line))


def _result(answer: Mapping[str, Any]) -> object:
    if not answer["ok"]:
        raise RefusedError(answer["error"])
    return answer["result"]
