"""What is exchanged with AWS's component that puts metrics into Amazon CloudWatch.

Source: AWS IoT Greengrass Version 2 Developer Guide, "CloudWatch metrics" (`aws.greengrass.
Cloudwatch`), and the public source of that component.
"""

from collections.abc import Mapping

from client_device_associator.core.values import dataclass
from client_device_associator.messages.payload import Payload

METRICS_TOPIC = "cloudwatch/metric/put"
METRIC_ANSWERS_TOPIC = "cloudwatch/metric/put/status"
"""The defaults of that component; its answers to all components come on the second."""

NAMESPACE = "community.greengrass.ClientDeviceAssociator"
"""Where the metrics are found in CloudWatch. That component adds the dimension `coreName`."""

_MAX_CHARACTERS = 500
"""Of a message in an answer; all who may publish on the topic may send any."""

_REQUEST, _RESPONSE, _STATUS = "request", "response", "status"


@dataclass(frozen=True, slots=True)
class MetricAnswer:
    """What became of metrics.

    Attributes:
        why: In the words of that component and of CloudWatch; None if they were put.
        is_ours: Whether they were certainly ours. An answer to a message that could not be read
            does not say whose that was.
    """

    why: str | None
    is_ours: bool


def metric_message(
    name: str, value: int, unit: str, label: tuple[str, str] | None = None
) -> dict[str, object]:
    """One metric, to be sent as a JsonMessage: that component reads nothing else.

    It has no time: CloudWatch would refuse the metrics of a core device whose clock is wrong, and
    that component takes its own time for those without. And it is one dimension at most, because
    nucleus lite loses a JsonMessage of more than a few keys (21 bytes of 487 each).

    Args:
        name: The metric's.
        value: Of fewer than 19 digits: lite makes broken JSON of more.
        unit: One of CloudWatch's.
        label: Name and value of a dimension.
    """
    datum: dict[str, object] = {"metricName": name, "value": value, "unit": unit}
    if label is not None:
        datum["dimensions"] = [{"name": label[0], "value": label[1]}]
    return {_REQUEST: {"namespace": NAMESPACE, "metricData": datum}}


def read_metric_answer(payload: Payload) -> MetricAnswer | None:
    """What an answer says about our metrics; None if it is about those of others, or is none."""
    if isinstance(payload, bytes):
        return None
    response = payload.get(_RESPONSE)
    if not isinstance(response, Mapping):
        return None
    namespace, status = response.get("namespace"), response.get(_STATUS)
    is_ours = namespace == NAMESPACE
    if status == "success":
        return MetricAnswer(None, is_ours) if is_ours else None
    if status != "fail" or not (is_ours or namespace is None):
        return None
    words = (response.get("error"), response.get("error_message"))
    why = ": ".join(one for one in words if isinstance(one, str) and one) or "it gave no reason"
    return MetricAnswer(why[:_MAX_CHARACTERS], is_ours)
