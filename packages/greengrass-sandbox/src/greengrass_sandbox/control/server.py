"""The control socket of a running sandbox: one JSON object a line, requests in and answers out.

A request names its `command`; the answer is `{"ok": true, "result": …}` or `{"ok": false, "error":
…}`. After `watch` one line `{"ok": true, …}` says that messages are being collected, and each
message follows as a line of its own until the client hangs up.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.cloud import Fault
from greengrass_sandbox.control.status import status_of
from greengrass_sandbox.core_device import CoreDevice
from greengrass_sandbox.deploying import DeploymentFailedError, wait_until_deployed
from greengrass_sandbox.kinds.recipes import recipe_file_for
from greengrass_sandbox.lifecycle.artifacts import ArtifactMissingError
from greengrass_sandbox.lifecycle.deployed import Deployment
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.nucleus.errors import NucleusError
from greengrass_sandbox.nucleus.iot_core import Link
from greengrass_sandbox.recipe import RecipeRefusedError
from greengrass_sandbox.token_exchange import TokenExchangeMode

SOCKET_NAME = "control.sock"
"""In the core device's root folder (see `Layout.socket`)."""

_EXPECTED_ERRORS = (
    # The caller's mistakes, and what the sandbox refuses as a nucleus would: an answer, no crash.
    *(ValueError, LookupError, OSError, TimeoutError),
    *(NucleusError, DeploymentFailedError, RecipeRefusedError, ArtifactMissingError),
)
_WAIT_FOR_MESSAGES_SECONDS = 3600.0
_LINE_MAX_BYTES = 32 * 1024 * 1024
"""A line may hold a message of 16 MiB in base64, which is what the IPC protocol allows."""

Request = Mapping[str, Any]
_Enum = TypeVar("_Enum", bound=Enum)


class ControlServer:
    """Serves the control socket. Everything but the constructor belongs on the sandbox's loop.

    Args:
        core: What is controlled.
    """

    def __init__(self, core: CoreDevice) -> None:
        self._core = core
        self._path = core.layout.socket(SOCKET_NAME)
        self._server: asyncio.AbstractServer | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._commands: dict[str, Callable[[Request], Awaitable[object]]] = {
            "status": self._status,
            "credentials": self._credentials,
            "publish": self._publish,
            "fault": self._fault,
            "things": self._things,
            "associate": self._associate,
            "disassociate": self._associate,
            "deploy": self._deploy,
        }

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: The socket cannot be made.
        """
        self._server = await asyncio.start_unix_server(
            self._accept, self._path, limit=_LINE_MAX_BYTES
        )
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Hang up on everybody. Safe to call twice."""
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None
        self._path.unlink(missing_ok=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                request = _parse(line)
                if request.get("command") == "watch":
                    await self._watch(request, reader, writer)
                    return
                _send(writer, await self._answer(request))
                await writer.drain()
        except ConnectionError:
            # The client went away, and nobody is left to tell.
            return
        finally:
            writer.close()

    async def _answer(self, request: Request) -> dict[str, Any]:
        command = self._commands.get(str(request.get("command")))
        if command is None:
            known = ", ".join(sorted([*self._commands, "watch"]))
            return {"ok": False, "error": f"no such command; there are {known}"}
        try:
            return {"ok": True, "result": await command(request)}
        except _EXPECTED_ERRORS as error:
            return {"ok": False, "error": str(error) or type(error).__name__}

    async def _status(self, _: Request) -> object:
        return status_of(self._core)

    async def _credentials(self, _: Request) -> object:
        account = self._core.account
        credentials = account.administrator()
        return {
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "AWS_REGION": account.region,
            "AWS_DEFAULT_REGION": account.region,
            "AWS_ENDPOINT_URL": account.services.url,
        }

    async def _publish(self, request: Request) -> object:
        payload = request.get("json")
        if not isinstance(payload, dict):
            try:
                payload = base64.b64decode(str(request.get("binary")), validate=True)
            except binascii.Error as error:
                raise ValueError(f"give json, an object, or binary, base64: {error}") from error
        topic = str(request["topic"])
        within = float(request.get("within") or 0.0)
        if within and not request.get("iotCore"):
            await self._wait_for_subscriber(topic, within)
        if request.get("iotCore") and isinstance(payload, bytes):
            self._core.account.iot_core.publish(topic, payload)
        else:
            await self._core.nucleus.publish(topic, payload)
        return None

    async def _wait_for_subscriber(self, topic: str, seconds: float) -> None:
        try:
            await self._core.nucleus.wait_for_subscriber(topic, seconds)
        except asyncio.TimeoutError as error:
            # Not the built-in TimeoutError in Python 3.10.
            raise ValueError(f"no component subscribed to {topic} in {seconds:g} s") from error

    async def _things(self, request: Request) -> object:
        cloud = self._core.cloud
        names = [str(name) for name in request["names"]]
        action = request.get("action", "add")
        if action == "add":
            cloud.console.add_things(names)
        elif action == "remove":
            keeps = True if request.get("keepAssociations") else None
            cloud.console.delete_things(names, keep_associations=keeps)
        if action != "list":
            return len(cloud.things)
        return {
            thing: [core for core, associated in cloud.associations.items() if thing in associated]
            for thing in sorted(cloud.things)
        }

    async def _associate(self, request: Request) -> object:
        console = self._core.cloud.console
        core = str(request.get("core") or self._core.thing_name)
        change = console.associate if request["command"] == "associate" else console.disassociate
        entries = change(core, [str(name) for name in request["names"]])
        return [entry.as_document() for entry in entries]

    async def _fault(self, request: Request) -> object:
        cloud, token_exchange = self._core.cloud, self._core.token_exchange
        document = request.get("fault")
        if request.get("clear"):
            await cloud.clear_faults()
            await token_exchange.set_mode(TokenExchangeMode.OK)
            self._core.nucleus.iot_core.set_link(Link.ONLINE)
        elif "remove" in request:
            await cloud.remove_fault(int(request["remove"]))
        elif isinstance(document, dict) and set(document) == {"tokenExchange"}:
            await token_exchange.set_mode(_value_of(TokenExchangeMode, document, "tokenExchange"))
        elif isinstance(document, dict) and set(document) == {"iotCore"}:
            self._core.nucleus.iot_core.set_link(_value_of(Link, document, "iotCore"))
        elif isinstance(document, dict):
            return await cloud.add_fault(Fault.from_document(document))
        else:
            raise ValueError("a fault is a JSON object")
        return None

    async def _deploy(self, request: Request) -> object:
        recipe = recipe_file_for(self._core.profile, Path(request["recipe"]))
        deployment = Deployment(
            recipe,
            Path(request["artifacts"]),
            request.get("merge"),
            from_cloud=bool(request.get("fromCloud")),
            posix_user=request.get("posixUser"),
        )
        deployed = await self._core.components.deploy(deployment)
        handle = ComponentHandle(deployed, self._core.loop)
        # The wait blocks its thread, which must not be the loop's. Stopping the sandbox ends it.
        await asyncio.to_thread(wait_until_deployed, handle, recipe)
        return {
            "component": recipe.name,
            "version": recipe.version,
            "state": handle.state,
            "advice": recipe.advice,
        }

    async def _watch(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            topic_filter = request["filter"]
            if request.get("iotCore"):
                watch = self._core.account.iot_core.watch(str(topic_filter))
            else:
                watch = self._core.nucleus.watch(topic_filter)
        except _EXPECTED_ERRORS as error:
            _send(writer, {"ok": False, "error": str(error)})
            return
        _send(writer, {"ok": True, "result": None})
        hung_up = asyncio.ensure_future(reader.read())
        sent = 0
        try:
            while not hung_up.done():
                arrival = asyncio.ensure_future(
                    watch.wait_for(partial(_more_than, sent), _WAIT_FOR_MESSAGES_SECONDS)
                )
                await asyncio.wait({arrival, hung_up}, return_when=asyncio.FIRST_COMPLETED)
                if not arrival.done():
                    arrival.cancel()
                for message in watch.messages[sent:]:
                    _send(writer, {"message": _as_document(message)})
                    sent += 1
                await writer.drain()
                await asyncio.gather(arrival, return_exceptions=True)
        finally:
            hung_up.cancel()
            watch.close()


def _more_than(count: int, messages: Sequence[Message]) -> bool:
    return len(messages) > count


def _parse(line: bytes) -> Request:
    try:
        request = json.loads(line)
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _send(writer: asyncio.StreamWriter, document: object) -> None:
    writer.write(json.dumps(document).encode() + b"\n")


def _as_document(message: Message) -> dict[str, Any]:
    if not isinstance(message.payload, bytes):
        return {"topic": message.topic, "json": message.payload, "publisher": message.publisher}
    binary = base64.b64encode(message.payload).decode()
    return {"topic": message.topic, "binary": binary, "publisher": message.publisher}


def _value_of(kind: type[_Enum], document: Mapping[str, object], key: str) -> _Enum:
    known = [one.value for one in kind]
    if document[key] not in known:
        raise ValueError(f"{key} must be one of {', '.join(known)}, not {document[key]!r}")
    return kind(document[key])
