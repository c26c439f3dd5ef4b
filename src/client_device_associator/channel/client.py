"""Asks the running component for something, from another process."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from client_device_associator.channel.lines import (
    ANSWER_SECONDS,
    TALK_SECONDS,
    TooSlowError,
    read_line,
    send,
)
from client_device_associator.channel.protocol import (
    MAX_REPLY_BYTES,
    CarriedOut,
    Look,
    OtherVersionError,
    Permissions,
    ProtocolError,
    Question,
    Refused,
    Reply,
    Told,
    decode_reply,
    encode_request,
)
from client_device_associator.core.operator import Request
from client_device_associator.core.permission import CheckPermissions
from client_device_associator.work_files import SOCKET

PATIENCE_SECONDS = ANSWER_SECONDS + 2 * TALK_SECONDS
"""Another client may be before this one."""

LOOK_SECONDS = 2.0
"""For the main thread to say how the component is; it waits for nothing but the disk."""

_SOMETHING_ELSE = "the component has answered something else"


class ChannelError(Exception):
    """The component could not be asked; the text is for a person."""


class NotRunningError(ChannelError):
    """Nobody listens."""


class NotAllowedError(ChannelError):
    """This user may not ask."""


class ChannelVersionError(ChannelError):
    """The component is of another version."""


def ask(directory: Path, request: Request) -> CarriedOut | Refused:
    """What the running component answers.

    Args:
        directory: Its work directory.
        request: What is wanted.

    Raises:
        NotRunningError: It does not run.
        NotAllowedError: This user may not ask.
        ChannelVersionError: It answers in a way that this version does not know.
        ChannelError: It may run and cannot be asked, or has not answered: whether it does what was
            asked for is not known then.
    """
    reply = _exchange(directory, request, PATIENCE_SECONDS)
    if isinstance(reply, CarriedOut | Refused):
        return reply
    raise ChannelError(_SOMETHING_ELSE)


def ask_permissions(directory: Path) -> Permissions | Refused:
    """What the running component knows of its role; it begins to find out if nobody has asked.

    Args:
        directory: Its work directory.

    Raises:
        ChannelError: The component does not say.
    """
    reply = _exchange(directory, CheckPermissions(), LOOK_SECONDS)
    if isinstance(reply, Permissions | Refused):
        return reply
    raise ChannelError(_SOMETHING_ELSE)


def look(directory: Path) -> Mapping[str, object]:
    """How the component is at this moment, as in `state.json`, but for the process.

    It has less time than for what changes something: `state.json` says nearly as much.

    Args:
        directory: Its work directory.

    Raises:
        ChannelError: The component does not say.
    """
    reply = _exchange(directory, Look(), LOOK_SECONDS)
    match reply:
        case Told():
            return reply.state
        case Refused():
            raise NotAllowedError(reply.message)
    raise ChannelError(_SOMETHING_ELSE)


def _exchange(directory: Path, question: Question, seconds: float) -> Reply:
    """What the component answers within so many seconds; raises as above."""
    connection = _connect(directory)
    with connection:
        try:
            send(connection, encode_request(question), TALK_SECONDS)
            line = read_line(connection, MAX_REPLY_BYTES, seconds)
        except TooSlowError as error:
            raise ChannelError("the component does not answer") from error
        except OSError as error:
            raise ChannelError(f"the component has gone before it answered ({error})") from error
    if not line:
        raise ChannelError("the component has ended before it answered")
    try:
        return decode_reply(line)
    except OtherVersionError as error:
        raise ChannelVersionError(str(error)) from error
    except ProtocolError as error:
        raise ChannelError(f"the component's answer cannot be read: {error}") from error


def _connect(directory: Path) -> socket.socket:
    """A connection to the component; raises ChannelError."""
    path = directory / SOCKET
    try:
        return _open(directory)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
        raise NotRunningError(
            f"the component does not run, or cannot be asked: nobody listens at {path}"
        ) from error
    except PermissionError as error:
        raise NotAllowedError(
            f"only root and the component's own user may ask it for something ({path})"
        ) from error
    except OSError as error:
        raise ChannelError(f"the component cannot be asked at {path}: {error}") from error


def _open(directory: Path) -> socket.socket:
    """The same; raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(TALK_SECONDS)
        folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
        try:
            # The kernel takes 108 bytes, and the path of a work directory may have more.
            connection.connect(f"/proc/self/fd/{folder}/{SOCKET}")
        finally:
            os.close(folder)
    except BaseException:
        connection.close()
        raise
    return connection
