"""What AWS's component takes for a metric, by its documentation: our own check, not its code.

Source: AWS IoT Greengrass Version 2 Developer Guide, "CloudWatch metrics", input data; and the
limits of Amazon CloudWatch's PutMetricData, to which it hands every metric on.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

UNITS = frozenset(
    {
        *("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"),
        *(
            f"{prefix}{unit}{rate}"
            for prefix, unit in (
                *(("", one) for one in ("Bytes", "Bits")),
                *((one, "bytes") for one in ("Kilo", "Mega", "Giga", "Tera")),
                *((one, "bits") for one in ("Kilo", "Mega", "Giga", "Tera")),
            )
            for rate in ("", "/Second")
        ),
    }
)

MAX_DIMENSIONS = 10
"""By the documentation of that component; CloudWatch takes 30. It adds `coreName` itself."""

_NAMESPACE = re.compile(r"[A-Za-z0-9._/#:-]{1,255}")
_NAME = re.compile(r"[ -~]{1,255}")
_DIMENSION = re.compile(r"(?=.*\S)[ -9;-~][ -~]{0,254}")
_LARGEST = 2.0**360


def why_not(message: object) -> str | None:
    """Why that component, or CloudWatch after it, would not take a message; None if they do."""
    if not isinstance(message, Mapping):
        return "only a JsonMessage is read"
    request = message.get("request")
    if not isinstance(request, Mapping):
        return "no request"
    if not _is(_NAMESPACE, request.get("namespace")) or request["namespace"].startswith("AWS/"):
        return "no namespace"
    datum = request.get("metricData")
    if not isinstance(datum, Mapping):
        return "no metricData, which is one metric and no list"
    return _why_no_datum(datum)


def _why_no_datum(datum: Mapping[str, Any]) -> str | None:
    if not _is(_NAME, datum.get("metricName")):
        return "no metricName"
    if not _is_number(datum.get("value")):
        return "no number that CloudWatch takes"
    if datum.get("unit", "None") not in UNITS:
        return "no such unit"
    if "timestamp" in datum:
        return "a time, which may be wrong"
    return _why_no_dimensions(datum.get("dimensions", []))


def _why_no_dimensions(dimensions: object) -> str | None:
    if not isinstance(dimensions, list) or len(dimensions) >= MAX_DIMENSIONS:
        return "no list of dimensions, or too many"
    for one in dimensions:
        if not (_is(_DIMENSION, one.get("name")) and _is(_DIMENSION, one.get("value"))):
            return "no such dimension"
    return None


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and abs(value) <= _LARGEST


def _is(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None
