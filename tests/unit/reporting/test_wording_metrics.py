import logging
from typing import get_args

import pytest

from client_device_associator.reporting.line import Place
from client_device_associator.reporting.metric_notices import (
    AnnouncementsRead,
    CallEnded,
    MetricNotice,
    MetricsLost,
    MetricsRefused,
    TextfileUnwritable,
)
from client_device_associator.reporting.wording import line_for
from support.values import settings

PLACE = Place("core-1", "eu-central-1")

LINES: list[tuple[MetricNotice, str]] = [
    (
        MetricsRefused("no", settings()),
        "the nucleus does not take metrics on cloudwatch/metric/put (no)",
    ),
    (
        MetricsLost("no", are_ours=True),
        "has not put metrics of this component into CloudWatch (no); check that the token",
    ),
    (
        MetricsLost("no", are_ours=False),
        "has not put metrics of some component into CloudWatch (no)",
    ),
    (TextfileUnwritable("/a/b.prom", "no"), "cannot write the metrics to /a/b.prom (no)"),
]


@pytest.mark.parametrize(("notice", "words"), LINES, ids=str)
def test_a_line_says_what_happened(notice: MetricNotice, words: str) -> None:
    """Client devices are associated all the same: a warning."""
    line = line_for(notice, PLACE)
    assert line is not None
    assert line.level == logging.WARNING
    assert words in line.text


def test_what_is_only_counted_has_no_line() -> None:
    """All other notices about metrics have one."""
    counted = {AnnouncementsRead, CallEnded}
    assert {type(notice) for notice, _ in LINES} == set(get_args(MetricNotice)) - counted
    for notice in (AnnouncementsRead(1, 0), CallEnded(None)):
        assert line_for(notice, PLACE) is None
