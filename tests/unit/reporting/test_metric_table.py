import re

from client_device_associator.reporting.metric_table import COUNTERS, GAUGES, METRICS, Unit
from support.aws_metrics import UNITS


def test_names_are_those_of_one_metric() -> None:
    """In CloudWatch and in the text file."""
    for names in ([one.name for one in METRICS], [one.text_name for one in METRICS]):
        assert len(set(names)) == len(names)


def test_names_are_in_the_manner_of_their_place() -> None:
    """Words in capitals there, with underscores here; moments say in what they are measured."""
    for one in METRICS:
        assert re.fullmatch(r"([A-Z][a-z]+)+", one.name)
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one.text_name)
        assert not one.text_name.endswith("total")
        assert (one.unit is Unit.SECONDS) == one.text_name.endswith("_timestamp_seconds")


def test_units_are_those_of_cloudwatch() -> None:
    """It refuses any other."""
    assert {one.value for one in Unit} <= UNITS


def test_only_counters_are_divided_and_counters_count() -> None:
    """A gauge with a label would need to be set back to 0 for each value that is over."""
    assert all(one.counts for one in COUNTERS)
    assert not any(one.counts or one.label for one in GAUGES)
