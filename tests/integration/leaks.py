"""Looks for secrets in everything that the component has written and shown."""

import base64
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import psutil

from client_device_associator.command.exit_codes import FINE, WRONG
from greengrass_sandbox import CoreDevice
from integration.associator import JOURNAL, NAME, Associator
from support.commands import run

_COMMANDS = (("status",), ("devices",), ("doctor",), ("export",), ("report", "--html", "-"))
"""Those that only look. `doctor` reads the environment of the component, and asks for credentials
itself."""

_PIECE_CHARACTERS = 12
"""A secret is found by so many of its characters in a row."""


class Leaks:
    """What one component and its workers let out.

    Args:
        core: Where it runs; every message on its bus is looked at.
        associator: The component.
    """

    def __init__(self, core: CoreDevice, associator: Associator) -> None:
        self._core = core
        self._associator = associator
        self._watch = core.watch("#")
        self._shown: dict[str, str] = {}
        self._others: dict[str, str] = {}

    def also(self, **secrets: str) -> None:
        """These are secrets besides those of the sandbox."""
        self._others.update(secrets)

    def look_at_processes(self) -> None:
        """Notes how the component and its worker call themselves, and where they write a core."""
        parent = psutil.Process(self._associator.pid)
        for process in (parent, *parent.children(recursive=True)):
            for name in ("cmdline", "comm"):
                path = Path(f"/proc/{process.pid}/{name}")
                self._shown[str(path)] = path.read_text(encoding="utf-8", errors="replace")

    def look_at_commands(self, thing_name: str) -> None:
        """Notes what each command of the operator says now, to a person and to a program."""
        for arguments in (*_COMMANDS, ("why", thing_name)):
            for more in ((), ("--json",)):
                ran = run(self._associator.work, *arguments, *more, now=time.time())
                assert ran.exit_code in (FINE, WRONG)
                where = " ".join((*arguments, *more))
                self._shown[f"{where} for {thing_name}"] = f"{ran.out}\n{ran.errors}"

    @property
    def secrets(self) -> Mapping[str, str]:
        """By what they are."""
        found = dict(self._others)
        environment = self._core.environment(NAME)
        for name in ("SVCUID", "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
            found[name] = environment[name]
        for number, one in enumerate(list(self._core.token_exchange.issued.values())):
            found[f"access key id {number}"] = one.access_key_id
            found[f"secret access key {number}"] = one.secret_access_key
            found[f"session token {number}"] = one.session_token
        return found

    def found(self) -> list[str]:
        """Which secrets are where; empty if all is well."""
        pieces = {
            piece: secret for secret, value in self.secrets.items() for piece in _pieces(value)
        }
        sizes = {len(piece) for piece in pieces}
        return sorted(
            {
                f"{pieces[piece]} in {where}"
                for where, text in self._texts()
                for size in sizes
                for at in range(len(text) - size + 1)
                if (piece := text[at : at + size]) in pieces
            }
        )

    def _texts(self) -> Iterator[tuple[str, str]]:
        for where, text in self._shown.items():
            yield from _readings(where, text)
        yield from _readings("the log", self._associator.log)
        for path in self._associator.work.rglob("*"):
            yield "a file's name", path.name
            if path.is_file():
                yield from _readings(path.name, path.read_bytes().decode(errors="replace"))
        for row in _rows(self._associator.work / JOURNAL):
            yield "the journal", row
        for message in self._watch.messages:
            payload = message.payload
            text = payload.decode() if isinstance(payload, bytes) else json.dumps(payload)
            yield from _readings(message.topic, text)


def _readings(where: str, text: str) -> Iterator[tuple[str, str]]:
    """As it is, and as it is meant where it has escapes."""
    yield where, text
    yield f"{where}, decoded", unquote(text.replace("\\/", "/").replace("\n", ""))


def _rows(journal: Path) -> Iterator[str]:
    """All that SQLite makes of the file: a value may be spread over several pages."""
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
        yield from database.iterdump()


def _pieces(secret: str) -> Iterable[str]:
    size = min(_PIECE_CHARACTERS, len(secret))
    for one in (secret, base64.b64encode(secret.encode()).decode()):
        yield from (one[at : at + size] for at in range(len(one) - size + 1))
