from pathlib import Path

import pytest

from client_device_associator.command.exit_codes import FINE, USAGE, WRONG
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from support.commands import NOW, Terminal, fill, run
from support.journal_files import pending
from support.values import numbered

HEAD = "THING NAME  STATE           FOR  NEXT CALL  TRIES  LAST ERROR"

ERROR_LINE = (
    "sensor-1    failed          2 h                10  ResourceNotFoundException: no such"
    r" \x1b[31mthing\x0ano such \x1b[31m…"
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A device in each state; the later ones have been in it for longer."""
    devices = (
        Device("lamp-1", DeviceState.PENDING, NOW - 30, due_at=NOW + 99, lane="shared"),
        Device("lamp-2", DeviceState.ASSOCIATED, NOW - 300),
        Device(
            "sensor-1",
            DeviceState.FAILED,
            NOW - 7300,
            attempts=10,
            code="ResourceNotFoundException",
            message="no such \x1b[31mthing\n" * 9,
        ),
        Device("sensor-2", DeviceState.LEAVING, NOW - 86_500, due_at=NOW - 1),
        Device("sensor-3", DeviceState.LEFT, NOW - 200_000),
    )
    fill(tmp_path, *devices)
    return tmp_path


def test_a_table(site: Path) -> None:
    """A line for each device, by name, plain in a pipe; what a service said stays in its line."""
    ran = run(site, "devices")
    assert ran.exit_code == FINE
    assert list(ran.lines) == [
        HEAD,
        "lamp-1      pending        30 s    in 99 s",
        "lamp-2      associated    5 min",
        ERROR_LINE,
        "sensor-2    leaving        24 h        now",
        "sensor-3    left            2 d",
    ]


def test_columns_are_as_wide_as_the_longest_name(tmp_path: Path) -> None:
    """Of the devices that are shown, and not of all."""
    fill(tmp_path, pending("a" * 40), pending("b"))
    ran = run(tmp_path, "devices")
    assert {line.index("  pending") for line in ran.lines[1:]} == {40}
    assert run(tmp_path, "devices", "b").lines[0] == HEAD


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--state", "failed"], ["sensor-1"]),
        (["--state", "failed", "--state", "left"], ["sensor-1", "sensor-3"]),
        (["--older-than", "1h"], ["sensor-1", "sensor-2", "sensor-3"]),
        (["lamp-*"], ["lamp-1", "lamp-2"]),
        (["*-[!1]", "lamp-1", "--older-than", "1d"], ["sensor-2", "sensor-3"]),
        (["--sort", "since"], ["sensor-3", "sensor-2", "sensor-1", "lamp-2", "lamp-1"]),
        (["--sort", "name"], ["lamp-1", "lamp-2", "sensor-1", "sensor-2", "sensor-3"]),
    ],
)
def test_filters_and_orders(site: Path, arguments: list[str], names: list[str]) -> None:
    """Those devices and no others, in the table and as JSON."""
    table = run(site, "devices", *arguments)
    assert table.exit_code == FINE
    assert [line.split()[0] for line in table.lines[1:]] == names
    ran = run(site, "devices", "--json", *arguments)
    assert [one["thingName"] for one in ran.documents] == names


def test_nobody_is_found(site: Path, tmp_path: Path) -> None:
    """That is the answer, and the exit code says it; a journal without devices is as it should."""
    ran = run(site, "devices", "nobody-*")
    assert (ran.exit_code, list(ran.lines)) == (WRONG, [HEAD])
    assert run(site, "devices", "nobody-*", "--json").out == ""
    empty = tmp_path / "empty"
    empty.mkdir()
    fill(empty)
    assert run(empty, "devices").exit_code == FINE


def test_colours_of_a_terminal(site: Path) -> None:
    """States have them, and columns stay where they are."""
    ran = run(site, "devices", out=Terminal())
    assert "\x1b[32massociated\x1b[0m" in ran.out
    assert "\x1b[33mpending   \x1b[0m" in ran.out
    assert "\x1b[31mfailed    \x1b[0m" in ran.out
    assert "\x1b" not in run(site, "devices", out=Terminal(), environment={"NO_COLOR": "1"}).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--state", "gone"],
        ["--older-than", "long"],
        ["--sort", "size"],
        ["lamp-["],
        [""],
        ["{coreThingName}-*"],
    ],
)
def test_arguments_that_make_no_sense(
    site: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said what would."""
    with pytest.raises(SystemExit) as raised:
        run(site, "devices", *arguments)
    assert raised.value.code == USAGE
    assert "devices: error: " in capsys.readouterr().err


def test_lines_come_before_all_is_read(tmp_path: Path) -> None:
    """The first page is printed when the second is not read yet: there may be 100,000."""
    fill(tmp_path, *map(pending, numbered(1500)))
    written: list[str] = []

    class Shortened(Terminal):
        def write(self, text: str) -> int:
            written.append(text)
            if len(written) == 700:
                (tmp_path / "associations.sqlite3").write_bytes(b"damaged" * 1000)
            return len(text)

    ran = run(tmp_path, "devices", out=Shortened())
    assert "is damaged" in ran.errors
    assert 700 <= len(written) <= 1001
    assert [text.split()[0] for text in written[1:501]] == numbered(500)
