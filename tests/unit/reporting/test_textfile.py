import os
import stat
from pathlib import Path

import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import DeviceFailed
from client_device_associator.reporting.metric_counters import MetricCounters
from client_device_associator.reporting.metric_notices import CallEnded, TextfileUnwritable
from client_device_associator.reporting.metric_table import METRICS, Figures
from client_device_associator.reporting.notices import Notice
from client_device_associator.reporting.textfile import Textfile
from support.fakes import FakeClock
from support.values import START, moment

PREFIX = "client_device_associator_"


class Written:
    """A text file in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "associator.prom"
        self.notices: list[Notice] = []
        self.clock = FakeClock()
        self.counters = MetricCounters(self.clock.now)
        labels = (("core_device", "core-1"), ("version", "1.2.3"))
        self.file = Textfile(self.counters, moment(), labels, self.notices.append)

    def write(self, figures: Figures | None = None, seconds: float = 0.0) -> dict[str, str]:
        """The samples that are there after a write."""
        self.clock.seconds = seconds
        self.file.write(figures, self.clock.now())
        lines = self.path.read_text(encoding="ascii").splitlines()
        samples = [line for line in lines if not line.startswith("#")]
        return dict(line.removeprefix(PREFIX).rsplit(" ", 1) for line in samples)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A file that is wanted, and not there yet."""
    written = Written(tmp_path)
    written.file.move(str(written.path))
    return written


def test_everything_is_there_from_the_start(written: Written) -> None:
    """Counters with 0, and which component it is; of gauges what is known."""
    samples = written.write()
    assert samples['info{core_device="core-1",version="1.2.3"}'] == "1"
    assert samples["start_timestamp_seconds"] == str(int(START))
    assert samples["calls_total"] == "0"
    assert samples['call_failures_total{cause="throttled"}'] == "0"
    assert samples['rejections_total{reason="notAdmitted"}'] == "0"
    assert "queue_length" not in samples
    assert "last_answer_timestamp_seconds" not in samples
    text = written.path.read_text(encoding="ascii")
    for metric in METRICS:
        assert f"# TYPE {PREFIX}{metric.text_name}{'_total' if metric.counts else ''} " in text


def test_moments_are_on_the_wall_clock(written: Written) -> None:
    """So that an age is right whenever somebody reads it."""
    written.clock.seconds = 5
    written.counters(CallEnded(FailureCause.THROTTLED))
    written.counters(CallEnded(None))
    written.counters(DeviceFailed("a", "NoThing", "m"))
    samples = written.write(Figures(2, START + 3, 7), 9)
    assert samples["last_answer_timestamp_seconds"] == str(int(START) + 5)
    assert samples["oldest_waiting_timestamp_seconds"] == str(int(START) + 3)
    assert (samples["queue_length"], samples["devices_associated"]) == ("2", "7")
    assert samples["calls_total"] == "2"
    assert samples['failures_total{code="NoThing"}'] == "1"
    assert "failures_total" not in samples
    assert "oldest_waiting_timestamp_seconds" not in written.write(Figures(0, None, 7), 9)


def test_a_collector_of_another_user_may_read_it(written: Written) -> None:
    """Whatever the umask of the component; and nobody may write it but its user."""
    before = os.umask(0o077)
    try:
        written.write()
    finally:
        os.umask(before)
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o644
    assert [one.name for one in written.path.parent.iterdir()] == [written.path.name]


def test_it_is_replaced_only_if_something_has_changed(written: Written) -> None:
    """As a whole: a reader that has it open still sees the old one."""
    written.write()
    first = written.path.stat().st_ino
    with written.path.open() as reader:
        written.write(seconds=100)
        assert written.path.stat().st_ino == first
        written.counters(CallEnded(None))
        assert written.write(seconds=100)["calls_total"] == "1"
        assert written.path.stat().st_ino != first
        assert f"{PREFIX}calls_total 0" in reader.read()


def test_nothing_is_written_without_a_path(written: Written) -> None:
    """The file is turned off: it is removed, for its numbers would be believed for ever."""
    written.write()
    written.file.move(None)
    written.file.write(None, moment())
    assert list(written.path.parent.iterdir()) == []


def test_it_moves(written: Written, tmp_path: Path) -> None:
    """To where it is wanted; the same place once more changes nothing."""
    written.write()
    written.file.move(str(written.path))
    assert written.path.exists()
    written.file.move(str(tmp_path / "other.prom"))
    assert not written.path.exists()
    written.path = tmp_path / "other.prom"
    assert written.write()["calls_total"] == "0"


def test_a_file_of_somebody_else_is_not_removed(written: Written) -> None:
    """Nothing was written there by this process."""
    written.path.write_text("mine")
    written.file.move(None)
    assert written.path.read_text() == "mine"


def test_a_folder_that_is_missing_is_said_once(written: Written, tmp_path: Path) -> None:
    """Until it was there; and the next write tries again."""
    folder, states = tmp_path / "missing", list[bool]()
    written.path = folder / "a.prom"
    written.file.move(str(written.path))
    for _ in range(3):
        written.file.write(None, moment())
        states.append(written.file.must_be_tried_again)
    assert written.notices == [
        TextfileUnwritable(str(written.path), "No such file or directory"),
    ]
    folder.mkdir()
    assert written.write()["calls_total"] == "0"
    states.append(written.file.must_be_tried_again)
    assert states == [True, True, True, False]
    written.path.unlink()
    folder.rmdir()
    written.counters(CallEnded(None))
    written.file.write(None, moment())
    assert len(written.notices) == 2


def test_what_stands_in_the_way_is_left_alone(written: Written, tmp_path: Path) -> None:
    """A folder of the file's name; and a link in place of the unfinished file is not followed."""
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / ".associator.prom.new").symlink_to(target)
    written.write()
    assert target.read_text() == "mine"
    assert not written.path.is_symlink()
    folder = tmp_path / "folder.prom"
    (folder / "inside").mkdir(parents=True)
    written.file.move(str(folder))
    written.file.write(None, moment())
    assert len(written.notices) == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder.prom", "target"]
