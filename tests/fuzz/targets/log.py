"""What goes into the log: names, ids, topics and words of whoever sends them."""

import logging

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import (
    CallsFailing,
    DeviceDelayed,
    DeviceFailed,
    DevicesRefused,
)
from client_device_associator.messages.text import printable
from client_device_associator.reporting.notices import (
    AnnouncementsRejected,
    DefectFound,
    DeploymentVetoed,
    Notice,
    PresenceRejected,
    SubscriptionRefused,
)
from client_device_associator.reporting.operator_log import OperatorLog
from fuzz.material import Material
from fuzz.target import Target

_LOGGER = logging.getLogger("client_device_associator")
_TRACE = "    | "


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
    for _, text in lines.records:
        first, *trace = text.split("\n")
        for line in (first, *trace):
            assert printable(line) == line
            line.encode()
        assert all(line.startswith(_TRACE) for line in trace)
        assert not trace or isinstance(notice, DefectFound)


def _notice(material: Material) -> Notice:
    texts = [material.text() for _ in range(4)]
    notices: tuple[Notice, ...] = (
        AnnouncementsRejected(texts[0], texts[1], texts[2], 1),
        PresenceRejected(texts[0], texts[1], texts[2], 1),
        DeviceFailed(texts[0], texts[1], texts[2]),
        DeviceDelayed(texts[0], texts[1], texts[2]),
        DevicesRefused((texts[0], texts[1]), texts[2]),
        CallsFailing(material.choice(tuple(FailureCause)), texts[0], texts[1], 1.0),
        SubscriptionRefused(texts[0], texts[1], (texts[2], texts[3])),
        DeploymentVetoed(texts[0], texts[1]),
        DefectFound(ValueError(texts[0])),
    )
    return material.choice(notices)


TARGETS = (Target("log", log),)
