"""What an account has besides Greengrass: AWS IoT's things, and publishing on AWS IoT Core.

Two operations of `iot` and one of `iot-data`, as far as programs need them that make their own
things or announce from a back end. Answers are those of the service models and of the API reference
("CreateThing is idempotent", "DeleteThing returns successfully if the thing does not exist").
Faults on command and the record of calls are for Greengrass alone.
"""

import re
import uuid
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from greengrass_sandbox.cloud.errors import ApiError, access_denied_exception
from greengrass_sandbox.cloud.registry import Registry
from greengrass_sandbox.cloud.signature import ReceivedRequest, SignatureCheck
from greengrass_sandbox.token_exchange.credentials import Credentials

Publish = Callable[[str, bytes, int], None]
"""Takes topic, payload and quality of service."""

THINGS_SIGNING_NAME, DATA_SIGNING_NAME = "iot", "iotdata"

_THING = re.compile(r"/things/([^/]+)")
_TOPIC = re.compile(r"/topics/(.+)")
_THING_NAME = re.compile(r"[a-zA-Z0-9:_-]{1,128}")


class OtherServices:
    """Answers requests for things and for publishing.

    Args:
        region: That requests must be signed for.
        account: The account's twelve digits, for ARNs.
        registry: Where the things are.
        credentials: Looks up credentials by access key id.
        publish: Publishes on AWS IoT Core.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        region: str,
        account: str,
        registry: Registry,
        credentials: Callable[[str], Credentials | None],
        publish: Publish,
        clock: Callable[[], float],
    ) -> None:
        self._region = region
        self._account = account
        self._registry = registry
        self._publish = publish
        self._clock = clock
        self._things_signature = SignatureCheck(region, THINGS_SIGNING_NAME, credentials)
        self._data_signature = SignatureCheck(region, DATA_SIGNING_NAME, credentials)

    def answer(self, received: ReceivedRequest) -> dict[str, object] | None:
        """Answer a request; None if it is for none of these services.

        Raises:
            ApiError: It is refused.
        """
        path, _, query = received.target.partition("?")
        thing, topic = _THING.fullmatch(path), _TOPIC.fullmatch(path)
        if thing is not None and received.method in ("POST", "DELETE"):
            self._check(self._things_signature, received, "iot")
            return self._change_thing(received.method, unquote(thing[1]))
        if topic is not None and received.method == "POST":
            self._check(self._data_signature, received, "iot:Publish")
            self._publish(unquote(topic[1]), received.body, int("qos=1" in query.split("&")))
            return {"message": "OK", "traceId": str(uuid.uuid4())}
        return None

    def _check(self, signature: SignatureCheck, received: ReceivedRequest, action: str) -> None:
        caller = signature.verify(received, now=self._clock())
        if caller.thing_name is not None:
            raise access_denied_exception(
                f"User: arn:aws:sts::{self._account}:assumed-role/TokenExchangeRole is not "
                f"authorized to perform: {action}"
            )

    def _change_thing(self, method: str, name: str) -> dict[str, object]:
        if not _THING_NAME.fullmatch(name):
            raise ApiError("InvalidRequestException", HTTPStatus.BAD_REQUEST, f"no name: {name!r}")
        if method == "DELETE":
            self._registry.delete_things([name])
            return {}
        self._registry.things.add(name)
        arn = f"arn:aws:iot:{self._region}:{self._account}:thing/{name}"
        return {"thingName": name, "thingArn": arn, "thingId": str(uuid.uuid4())}


async def received_from(connection: web.BaseRequest) -> ReceivedRequest:
    """A request as it arrived."""
    return ReceivedRequest(
        method=connection.method,
        target=connection.raw_path,
        headers=connection.headers,
        body=await connection.read(),
    )
