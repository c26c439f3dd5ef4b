"""The words for what the nucleus refuses, with the accessControl that may be missing."""

from client_device_associator.core.bus import Bus
from client_device_associator.messages.metric_message import METRICS_TOPIC
from client_device_associator.reporting.access_control import publish_block, subscribe_block
from client_device_associator.reporting.metric_notices import MetricsRefused
from client_device_associator.reporting.notices import ResultsRefused, SubscriptionRefused


def subscription_refused(notice: SubscriptionRefused) -> str:
    """What to say of a subscription that could not be made."""
    block = subscribe_block(notice.wanted, notice.bus)
    if notice.bus is Bus.IOT_CORE:
        return (
            f"cannot subscribe to {notice.topic_filter} on AWS IoT Core ({notice.why}): this core"
            f" device is offline, or, if accessControl does not allow it, merge {block}. Trying"
            " again now and then"
        )
    return (
        f"cannot subscribe to {notice.topic_filter} ({notice.why}); if accessControl does not"
        f" allow it, merge {block}. Trying again later"
    )


def results_refused(notice: ResultsRefused) -> str:
    """What to say of results that the nucleus does not take."""
    block = publish_block(notice.settings, notice.bus)
    if notice.bus is Bus.IOT_CORE:
        return (
            f"the nucleus does not take result messages on {notice.topic} for AWS IoT Core"
            f" ({notice.why}): this core device is offline, or, if accessControl does not allow it,"
            f" merge {block}. What became of devices is kept and sent later, the newest"
            f" {notice.settings.policy.max_pending} results of it"
        )
    return (
        f"the nucleus does not take result messages on {notice.topic} ({notice.why}); if"
        f" accessControl does not allow it, merge {block}. The results are kept and sent later"
    )


def metrics_refused(notice: MetricsRefused) -> str:
    """What to say of metrics that the nucleus does not take."""
    return (
        f"the nucleus does not take metrics on {METRICS_TOPIC} ({notice.why}); if accessControl"
        f" does not allow it, merge {publish_block(notice.settings)}. Nothing that was counted is"
        " lost: it is sent later"
    )
