import pytest

from client_device_associator.core.answer import FailureCause
from client_device_associator.core.notices import CallSettled, DeviceFailed
from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from client_device_associator.reporting.metric_counters import MAX_LABEL_VALUES, MetricCounters
from client_device_associator.reporting.metric_notices import AnnouncementsRead, CallEnded
from client_device_associator.reporting.metric_table import (
    ANNOUNCEMENTS,
    ASSOCIATIONS,
    CALL_FAILURES,
    CALLS,
    DEPARTURES,
    DISASSOCIATIONS,
    FAILURES,
    OTHER,
    REJECTIONS,
    THROTTLES,
    Series,
)
from client_device_associator.reporting.notices import (
    JournalUsable,
    Notice,
    PresenceRejected,
    ResultsDecided,
)
from support.fakes import FakeClock
from support.values import START


@pytest.fixture
def clock() -> FakeClock:
    """Time that a test lets pass."""
    return FakeClock()


@pytest.fixture
def counters(clock: FakeClock) -> MetricCounters:
    """Nothing has been counted yet."""
    return MetricCounters(clock.now)


@pytest.mark.parametrize(
    ("notice", "counts"),
    [
        (AnnouncementsRead(3, 1), {Series(ANNOUNCEMENTS): 3, Series(DEPARTURES): 1}),
        (AnnouncementsRead(2, 0), {Series(ANNOUNCEMENTS): 2}),
        (CallSettled(5, 2, 1, 1, 0), {Series(ASSOCIATIONS): 7}),
        (CallSettled(5, 2, 1, 1, 0, Operation.DISASSOCIATE), {Series(DISASSOCIATIONS): 7}),
        (DeviceFailed("a", "NoThing", "m"), {Series(FAILURES): 1, Series(FAILURES, "NoThing"): 1}),
        (DeviceFailed("a", "", "m"), {Series(FAILURES): 1, Series(FAILURES, OTHER): 1}),
        (
            DeviceFailed("a", 'x"\n{é:' + "y" * 100, "m"),
            {Series(FAILURES): 1, Series(FAILURES, "x_____" + "y" * 58): 1},
        ),
        (
            ResultsDecided({Status.REJECTED: 3}, {"notJson": 2, "tooLarge": 1}),
            {
                Series(REJECTIONS): 3,
                Series(REJECTIONS, "notJson"): 2,
                Series(REJECTIONS, "tooLarge"): 1,
            },
        ),
        (
            PresenceRejected("t", "notAdmitted", "m", 4),
            {Series(REJECTIONS): 4, Series(REJECTIONS, "notAdmitted"): 4},
        ),
        (CallEnded(None), {Series(CALLS): 1}),
        (
            CallEnded(FailureCause.ACCESS_DENIED),
            {
                Series(CALLS): 1,
                Series(CALL_FAILURES): 1,
                Series(CALL_FAILURES, "accessDenied"): 1,
            },
        ),
        (
            CallEnded(FailureCause.THROTTLED),
            {
                Series(CALLS): 1,
                Series(CALL_FAILURES): 1,
                Series(CALL_FAILURES, "throttled"): 1,
                Series(THROTTLES): 1,
            },
        ),
        (JournalUsable(), {}),
    ],
    ids=str,
)
def test_a_notice_counts(
    counters: MetricCounters, notice: Notice, counts: dict[Series, int]
) -> None:
    """What it is about, and nothing else; each time."""
    counters(notice)
    assert dict(counters.counts) == counts
    counters(notice)
    assert dict(counters.counts) == {series: 2 * count for series, count in counts.items()}


def test_a_call_that_worked_says_that_the_cloud_answers(
    counters: MetricCounters, clock: FakeClock
) -> None:
    """One that failed as a whole does not, whoever has answered."""
    counters(CallEnded(FailureCause.THROTTLED))
    assert counters.answered_at is None
    clock.seconds = 5
    counters(CallEnded(None))
    clock.seconds = 9
    counters(CallEnded(FailureCause.UNAVAILABLE))
    assert counters.answered_at == START + 5


def test_the_values_of_a_label_are_bounded(counters: MetricCounters) -> None:
    """Each is a metric that somebody pays for; those beyond are counted together."""
    for number in range(MAX_LABEL_VALUES + 5):
        counters(DeviceFailed("a", f"Code{number}", "m"))
    counters(DeviceFailed("a", "Code0", "m"))
    counters(PresenceRejected("t", "notAdmitted", "m", 1))
    values = {one.label_value for one in counters.counts if one.metric is FAILURES}
    assert len(values) == MAX_LABEL_VALUES + 2
    assert counters.counts[Series(FAILURES, OTHER)] == 5
    assert counters.counts[Series(FAILURES, "Code0")] == 2
    assert counters.counts[Series(REJECTIONS, "notAdmitted")] == 1
    assert counters.counts[Series(FAILURES)] == MAX_LABEL_VALUES + 6
