"""Requests as the classic nucleus makes objects of them: Gson by the IPC model's field types."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from greengrass_sandbox.kinds.classic.json_text import JsonError, decode
from greengrass_sandbox.nucleus.errors import internal_error, service_error

Convert = Callable[[Any], Any]
"""Makes a field's value of JSON that is not null. Raises OperationError if Gson would not."""
Struct = Mapping[str, Convert]


def arguments(operation: str, payload: bytes) -> dict[str, Any]:
    """The request for an operation; a field that is missing or null is None.

    Raises:
        OperationError: Gson cannot make an object of it, or there is none at all.
    """
    fields = OPERATIONS.get(operation, {})
    if payload.strip() in (b"", b"null"):
        if not fields:
            return {}
        raise service_error("the request is null")
    try:
        document = decode(payload)
    except JsonError as error:
        raise internal_error() from error
    return _struct(fields)(document)  # type: ignore[no-any-return] # a Convert of a Struct


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    raise internal_error()


def _texts(value: object) -> list[str | None]:
    if not isinstance(value, list):
        raise internal_error()
    return [None if item is None else _text(item) for item in value]


def _number(value: object) -> float:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError as error:
            raise internal_error() from error
    if not isinstance(value, float):
        raise internal_error()
    return value


def _whole_number(value: object) -> int:
    number = _number(value)
    if not number.is_integer():
        raise internal_error()
    return int(number)


def _boolean(value: object) -> bool:
    return value if isinstance(value, bool) else value == "true"


def _mapping(value: object) -> dict[str, Any]:
    if value == []:
        # Gson reads a map from a list of pairs as well.
        return {}
    if not isinstance(value, dict):
        raise internal_error()
    return value


def _blob(value: object) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise internal_error() from error


def _struct(fields: Struct) -> Convert:
    def convert(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise internal_error()
        return {
            name: None if value.get(name) is None else field(value[name])
            for name, field in fields.items()
        }

    return convert


def _structs(fields: Struct) -> Convert:
    convert = _struct(fields)

    def convert_all(value: object) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise internal_error()
        return [convert(item) for item in value]

    return convert_all


def _union(fields: Struct) -> Convert:
    convert = _struct(fields)

    def convert_one(value: object) -> dict[str, Any]:
        members: dict[str, Any] = convert(value)
        if sum(member is not None for member in members.values()) > 1:
            raise internal_error()
        return members

    return convert_one


OPERATIONS: Mapping[str, Struct] = {
    "SubscribeToTopic": {"topic": _text, "receiveMode": _text},
    "PublishToTopic": {
        "topic": _text,
        "publishMessage": _union(
            {
                "jsonMessage": _struct({"message": _mapping}),
                "binaryMessage": _struct({"message": _blob}),
            }
        ),
    },
    "GetConfiguration": {"componentName": _text, "keyPath": _texts},
    "UpdateConfiguration": {"keyPath": _texts, "timestamp": _number, "valueToMerge": _mapping},
    "SubscribeToConfigurationUpdate": {"componentName": _text, "keyPath": _texts},
    "SubscribeToValidateConfigurationUpdates": {},
    "SendConfigurationValidityReport": {
        "configurationValidityReport": _struct(
            {"status": _text, "deploymentId": _text, "message": _text}
        )
    },
    "SubscribeToComponentUpdates": {},
    "DeferComponentUpdate": {
        "deploymentId": _text,
        "message": _text,
        "recheckAfterMs": _whole_number,
    },
    "UpdateState": {"state": _text},
    "PublishToIoTCore": {
        "topicName": _text,
        "qos": _text,
        "payload": _blob,
        "retain": _boolean,
        "userProperties": _structs({"key": _text, "value": _text}),
        "messageExpiryIntervalSeconds": _whole_number,
        "correlationData": _blob,
        "responseTopic": _text,
        "payloadFormat": _text,
        "contentType": _text,
    },
    "SubscribeToIoTCore": {"topicName": _text, "qos": _text},
    "PauseComponent": {"componentName": _text},
    "ResumeComponent": {"componentName": _text},
    "PutComponentMetric": {"metrics": _structs({"name": _text, "unit": _text, "value": _number})},
    "ValidateAuthorizationToken": {"token": _text},
}
"""The fields of the operations that the nucleus itself implements."""

OTHER_OPERATIONS = frozenset(
    {
        "AuthorizeClientDeviceAction",
        "CancelLocalDeployment",
        "CreateDebugPassword",
        "CreateLocalDeployment",
        "DeleteThingShadow",
        "GetClientDeviceAuthToken",
        "GetComponentDetails",
        "GetLocalDeploymentStatus",
        "GetSecretValue",
        "GetThingShadow",
        "ListComponents",
        "ListLocalDeployments",
        "ListNamedShadowsForThing",
        "RestartComponent",
        "StopComponent",
        "SubscribeToCertificateUpdates",
        "UpdateThingShadow",
        "VerifyClientDeviceIdentity",
    }
)
"""Those of the model that other components of AWS implement."""
