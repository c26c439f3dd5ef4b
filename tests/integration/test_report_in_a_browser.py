"""The report's page in a real browser: Chromium, from the distribution's package `chromium`."""

import json
import re
import shutil
import struct
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from client_device_associator.command.report.facts import gather
from client_device_associator.command.report.page import page
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.trail import TrailEntry, TrailEvent
from support.commands import run
from support.documents import ROOT
from support.report_site import make_report_site
from support.values import START, numbered

CHROMIUM = shutil.which("chromium")
PHONE, DESK = 360, 1200
"""Widths in pixels."""
PICTURE = (900, 1100)
DOCUMENTED = ROOT / "docs" / "report.png"
LIGHT, DARK = 1, 0
"""Of Chromium's setting preferredColorScheme."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")

_LOOK = """
const seen = frame.contentDocument, style = frame.contentWindow.getComputedStyle(seen.body);
document.body.textContent = JSON.stringify({
  width: seen.documentElement.scrollWidth,
  background: style.backgroundColor,
  text: style.color,
  rows: seen.querySelectorAll("tbody tr").length,
  bars: [...seen.querySelectorAll(".bar")].map((one) => one.getBoundingClientRect().width),
  chart: seen.querySelector("svg.time").getBoundingClientRect().height,
});
"""


def seen(directory: Path, html: str, width: int, scheme: int) -> dict[str, Any]:
    """What a browser makes of a page in a window of a width."""
    frame = f'<iframe id="frame" width="{width}" height="800" style="border:0"'
    around = directory / "around.html"
    around.write_text(
        f'<!doctype html><body>{frame} srcdoc="{escape(html)}"></iframe>'
        f"<script>frame.onload = () => {{ {_LOOK} }};</script></body>",
        encoding="utf-8",
    )
    dumped = browse(
        directory,
        f"--blink-settings=preferredColorScheme={scheme}",
        "--dump-dom",
        around.as_uri(),
    )
    found = re.search(r"<body>(\{.*\})</body>", dumped, re.DOTALL)
    assert found is not None, dumped
    look: dict[str, Any] = json.loads(unescape(found[1]))
    return look


def browse(directory: Path, *arguments: str) -> str:
    """Runs the browser; returns what it prints."""
    assert CHROMIUM is not None
    return subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={directory / 'profile'}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def long_page() -> str:
    """The longest names, and as much of everything as there can be."""
    names = numbered(50, "n" * 122)
    devices = [
        Device(name, DeviceState.FAILED, START, code="C" * 64, message="word " * 50)
        for name in names
    ]
    trail = [
        TrailEntry(START + index, name, TrailEvent(event), {"code": "C" * 64})
        for index, name in enumerate(names)
        for event in ("announced", "failed", "rejected")
    ]
    return page(gather(devices, trail), "core-1", START + 100)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_can_be_read_without_scrolling_sideways(tmp_path: Path, width: int) -> None:
    """On a phone as well as on a desk, whatever the names are."""
    look = seen(tmp_path, long_page(), width, LIGHT)
    assert look["width"] <= width
    assert look["rows"] == 50
    assert len(look["bars"]) == 2
    assert min(look["bars"]) > width / 10
    assert look["chart"] > 0


def test_it_follows_the_reader_s_choice_of_light_or_dark(tmp_path: Path) -> None:
    """Dark text on light, and the other way round."""
    light = seen(tmp_path, long_page(), DESK, LIGHT)
    dark = seen(tmp_path, long_page(), DESK, DARK)
    for bright, dim in ((light["background"], light["text"]), (dark["text"], dark["background"])):
        assert brightness(bright) > 200
        assert brightness(dim) < 80


def brightness(colour: str) -> float:
    """Of `rgb(…)`, from 0 to 255."""
    parts = [int(one) for one in re.findall(r"\d+", colour)[:3]]
    return sum(parts) / len(parts)


def test_the_picture_in_the_documents_is_of_a_real_report(tmp_path: Path) -> None:
    """Of the same size, with the same page behind it; remove it to have it made again."""
    make_report_site(tmp_path)
    file = tmp_path / "report.html"
    assert run(tmp_path, "report", "--html", str(file)).exit_code == 0
    fresh = tmp_path / "report.png"
    browse(
        tmp_path,
        "--hide-scrollbars",
        f"--window-size={PICTURE[0]},{PICTURE[1]}",
        f"--screenshot={fresh}",
        file.as_uri(),
    )
    if not DOCUMENTED.exists():
        shutil.copy(fresh, DOCUMENTED)
    for picture in (fresh, DOCUMENTED):
        assert size_of(picture) == PICTURE


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, as its first chunk has them (PNG, section 11.2.2)."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height
