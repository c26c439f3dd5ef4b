import pytest

from client_device_associator.command.durations import duration, read_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("15min", 900),
        ("15m", 900),
        ("2h", 7200),
        ("3d", 259_200),
        ("1w", 604_800),
        ("0", 0),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    """Whole numbers of one unit; seconds without one."""
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1.5h", "-1h", "2 h", "1y", "1h2min", "٣h", "1" * 10])
def test_what_is_no_duration(text: str) -> None:
    """The message has the text and shows what is one."""
    with pytest.raises(ValueError, match="2h") as raised:
        read_duration(text)
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0.9, "0 s"),
        (119.9, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
        (1e9, "11574 d"),
        (float("inf"), "11574074 d"),
        (float("-inf"), "0 s"),
    ],
)
def test_durations_are_written(seconds: float, text: str) -> None:
    """In one unit; a clock that was set back is no negative time."""
    assert duration(seconds) == text
