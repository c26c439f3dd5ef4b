from pathlib import Path

from benchmarks.report.record import Record, read_record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Figures in their order, with no more digits than are measured."""
    record = Record({"quick": False})
    record.add("cpu", "up", "bare", 1.23456789)
    record.add("cpu", "up", "bare", 2.0)
    record.add("cpu", "down", "bare", None)
    path = tmp_path / "figures.json"
    path.write_text(record.text(), encoding="utf-8")
    again = read_record(path)
    assert again.of("cpu", "up", "bare") == [1.2346, 2.0]
    assert again.circumstances("cpu") == ["up"]
    assert again.about == {"quick": False}
    assert again.text() == record.text()


def test_what_was_not_measured_has_no_figures() -> None:
    """Whatever is missing of measure, circumstances and contestant."""
    record = Record({}, {"cpu": {"up": {"bare": [1.0]}}})
    assert list(record.of("cpu", "up", "component")) == []
    assert list(record.of("cpu", "down", "bare")) == []
    assert list(record.of("rss", "up", "bare")) == []
