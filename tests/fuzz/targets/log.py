"""What goes into the log and the health: names, ids, topics and words of whoever sends them."""

import json
import logging
import typing
from collections.abc import Callable, Mapping
from pathlib import Path

from client_device_associator.configuration.parser import default_settings
from client_device_associator.configuration.reader import Problem
from client_device_associator.configuration.settings import Settings
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.bus import Bus
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from client_device_associator.journal.set_aside import SetAside
from client_device_associator.messages.encoding import MAX_MESSAGE_BYTES
from client_device_associator.messages.health_message import health_message
from client_device_associator.messages.metric_text import Family, metric_text
from client_device_associator.reporting.notices import DefectFound, Notice
from client_device_associator.reporting.operator_log import OperatorLog
from fuzz.material import Material
from fuzz.target import Target

_LOGGER = logging.getLogger("client_device_associator")
_TRACE = "    | "
_NOTICES: tuple[Callable[..., Notice], ...] = typing.get_args(Notice)
_STATES = ("nucleus", "cloud", "roster", "journal", "configuration")


class _Lines(logging.Handler):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record."""
        self.records.append((record.levelno, record.getMessage()))


def log(data: bytes) -> None:
    """One record a notice, in one line that shows what it is: no line can be forged."""
    material = Material(data)
    lines = _Lines()
    before = _LOGGER.propagate, _LOGGER.level
    _LOGGER.addHandler(lines)
    _LOGGER.propagate, _LOGGER.level = False, logging.DEBUG
    try:
        notice = _notice(material)
        OperatorLog(material.text(), material.text())(notice)
    finally:
        _LOGGER.removeHandler(lines)
        _LOGGER.propagate, _LOGGER.level = before
    assert len(lines.records) <= 1
    for _, text in lines.records:
        first, *trace = text.split("\n")
        for line in (first, *trace):
            assert line.isprintable()
            line.encode()
        assert all(line.startswith(_TRACE) for line in trace)
        assert not trace or isinstance(notice, DefectFound)


def health(data: bytes) -> None:
    """Whatever is in the states, the message is small enough for every nucleus."""
    material = Material(data)
    states = {
        key: {
            "state": material.text(),
            "message": material.text() * (1 + material.number(500)),
            "problems": [material.text() * 50] * material.number(100),
        }
        for key in _STATES
    }
    message = health_message({"version": "1"}, states, {"calls": 1}, 0.0)
    assert len(message) <= MAX_MESSAGE_BYTES
    json.loads(message)


def metrics(data: bytes) -> None:
    """A label of a metric may hold anything: each sample is one line, and none is made of it."""
    material = Material(data)
    labels = [(("code", material.text()), ("core", material.text())) for _ in range(3)]
    text = metric_text([Family("a", "b", counts=True, samples=[(one, 1) for one in labels])])
    lines = text.split("\n")
    assert (len(lines), lines[-1]) == (6, "")
    assert all(line.endswith("} 1") for line in lines[2:5])


def _notice(material: Material) -> Notice:
    """One of all that there are, with values for its fields."""
    kind = material.choice(_NOTICES)
    hints = typing.get_type_hints(kind)
    return kind(**{name: _MAKERS[hint](material) for name, hint in hints.items()})


def _texts(material: Material) -> tuple[str, ...]:
    return tuple(material.text() for _ in range(material.number(4)))


def _counts(material: Material) -> Mapping[str, int]:
    return {material.text(): material.number(9) for _ in range(2)}


_MAKERS: Mapping[object, Callable[[Material], object]] = {
    bool: Material.flag,
    int: lambda material: material.number(9),
    float: lambda material: float(material.number(9)),
    str: Material.text,
    str | None: lambda material: material.choice((None, material.text())),
    tuple[str, ...]: _texts,
    tuple[tuple[str, ...], tuple[str, ...]]: lambda material: (_texts(material), _texts(material)),
    Mapping[str, int]: _counts,
    Mapping[Status, int]: lambda material: {material.choice(tuple(Status)): material.number(9)},
    Bus: lambda material: material.choice(tuple(Bus)),
    Operation: lambda material: material.choice((Operation.ASSOCIATE, Operation.DISASSOCIATE)),
    FailureCause: lambda material: material.choice(tuple(FailureCause)),
    FailureCause | None: lambda material: material.choice((None, *FailureCause)),
    Problem: lambda material: Problem(material.text(), material.text(), material.text()),
    tuple[Problem, ...]: lambda material: (Problem("/a", material.text(), material.text()),),
    SetAside: lambda material: SetAside(Path(material.text()), material.text()),
    Exception: lambda material: ValueError(material.text()),
    Settings: lambda _: default_settings(),
}
"""By the type of a field. A notice with a field of another type needs a line here."""

TARGETS = (Target("log", log), Target("health", health), Target("metric-text", metrics))
