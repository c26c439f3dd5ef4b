import logging

import pytest

from client_device_associator.configuration.settings import AnnouncementTopic, MetricSettings
from client_device_associator.core.bus import Bus
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.line import Place
from client_device_associator.reporting.metric_notices import MetricsRefused
from client_device_associator.reporting.notices import ResultsRefused, SubscriptionRefused
from client_device_associator.reporting.refusals import (
    metrics_refused,
    results_refused,
    subscription_refused,
)
from client_device_associator.reporting.wording import line_for
from support.values import settings


def test_a_local_refusal_has_the_block_for_local_topics() -> None:
    """With every topic that is wanted there."""
    text = subscription_refused(SubscriptionRefused("a", "no", ("a", "b")))
    assert subscribe_block(["a", "b"]) in text
    assert publish_block(settings()) in results_refused(ResultsRefused("a", "no", settings()))


def test_a_refusal_by_iot_core_may_mean_that_the_core_device_is_offline() -> None:
    """The log says both, with the block for its topics."""
    topics = (AnnouncementTopic("iotCore.a", "cloud", bus=Bus.IOT_CORE),)
    configured = settings(announcement_topics=topics)
    text = subscription_refused(SubscriptionRefused("cloud", "no", ("cloud",), Bus.IOT_CORE))
    assert "cannot subscribe to cloud on AWS IoT Core (no): this core device is offline" in text
    assert subscribe_block(["cloud"], Bus.IOT_CORE) in text
    text = results_refused(ResultsRefused("cloud/status", "no", configured, Bus.IOT_CORE))
    assert "on cloud/status for AWS IoT Core (no): this core device is offline" in text
    assert publish_block(configured, Bus.IOT_CORE) in text
    assert "the newest 10000 results" in text


def test_refused_metrics_have_the_block_for_everything_that_is_published() -> None:
    """A merge of it must not take away what the results need."""
    configured = settings(metrics=MetricSettings(to_cloudwatch=True))
    text = metrics_refused(MetricsRefused("no", configured))
    assert publish_block(configured) in text
    assert '"cloudwatch/metric/put"' in text
    assert '"clientdevices/announce/status"' in text
    assert "cloudwatch" not in publish_block(settings())
    assert "cloudwatch" not in publish_block(configured, Bus.IOT_CORE)


@pytest.mark.parametrize(
    ("bus", "level"), [(Bus.LOCAL, logging.ERROR), (Bus.IOT_CORE, logging.WARNING)]
)
def test_a_core_device_that_may_be_offline_is_no_error(bus: Bus, level: int) -> None:
    """Unlike topics that its own accessControl lacks."""
    refusals = (
        SubscriptionRefused("a", "no", ("a",), bus),
        ResultsRefused("a", "no", settings(), bus),
    )
    for notice in refusals:
        line = line_for(notice, Place("core-1", "eu-central-1"))
        assert line is not None
        assert line.level == level
