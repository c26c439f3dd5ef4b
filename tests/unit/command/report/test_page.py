"""The page as a whole."""

import re

from hypothesis import given

from client_device_associator.command.report.facts import gather
from client_device_associator.command.report.page import WORDS, page
from client_device_associator.core.device import Device, Origin
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from support.values import START, UNICODE

EMPTY = page(gather([], []), "core-1", START)


def test_an_empty_journal_is_a_page_too() -> None:
    """It says that nothing is known, and nothing needs a person."""
    assert "No device is known." in EMPTY
    assert "Nothing." in EMPTY
    assert EMPTY.count('<div class="card"><b>0</b>') == len(WORDS)


def test_every_state_has_words() -> None:
    """But for the one that is never stored."""
    assert set(WORDS) == set(DeviceState) - {DeviceState.UNKNOWN}


def test_a_device_is_shown_with_all_that_is_known() -> None:
    """And who has associated it."""
    device = Device(
        "lamp", DeviceState.ASSOCIATED, START, code="Oops", message="odd", origin=Origin.FOREIGN
    )
    text = page(gather([device], []), "core-1", START)
    row = re.search(r"<tbody>(.*)</tbody>", text)
    assert row is not None
    assert re.sub(r"<[^>]+>", "|", row[1]).split("|") == [
        "",
        "",
        "lamp",
        "",
        "associated",
        "",
        "2027-01-15 08:00",
        "",
        "somebody else",
        "",
        "Oops odd",
        "",
        "",
    ]


def test_more_devices_than_a_page_can_show_are_counted() -> None:
    """With the command that lists them."""
    devices = [Device(f"d{index}", DeviceState.ASSOCIATED, START) for index in range(1003)]
    assert "and 3 more; the command devices lists all" in page(gather(devices, []), "", START)


def test_nothing_is_loaded_from_anywhere() -> None:
    """No script, no picture, no style from outside; and the browser is told so."""
    assert "default-src 'none'" in EMPTY
    assert not re.search(r"<script|<img|<link|src=|href=|url\(|@import|https?:", EMPTY)


@given(name=UNICODE, code=UNICODE)
def test_nothing_that_is_shown_can_break_the_page(name: str, code: str) -> None:
    """Names come from anybody, codes and messages from the cloud."""
    device = Device(name, DeviceState.FAILED, START, code=code, message=code)
    trail = [TrailEntry(START, name, TrailEvent.REJECTED, {"rule": code})]
    text = page(gather([device], trail), name, START)
    assert all(line.isprintable() for line in text.split("\n"))
    tags = set(re.findall(r"<(\w+)", text))
    assert tags <= set(re.findall(r"<(\w+)", EMPTY)) | {
        "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "span", "b", "br",
    }  # fmt: skip
