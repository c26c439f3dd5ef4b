"""Reads out of a configuration document where metrics go."""

from collections.abc import Mapping
from typing import Any

from client_device_associator.configuration.reader import ConfigurationReader
from client_device_associator.configuration.settings import MetricSettings
from client_device_associator.messages.text import is_unicode

SUFFIX = ".prom"
"""A collector reads no other file; and nothing else of value has this name, so that a wrong path
replaces no such thing."""


def read_metrics(section: ConfigurationReader, values: Mapping[str, Any]) -> MetricSettings:
    """What the document says of metrics.

    Args:
        section: The map `metrics`.
        values: The values of all options, by their dotted keys.
    """
    path = values["metrics.textfile"]
    if path is not None and not _is_usable(path):
        section.complain("textfile", f"an absolute path that ends in {SUFFIX}")
    return MetricSettings(
        to_cloudwatch=values["metrics.cloudWatch"],
        textfile=path,
        interval_seconds=values["metrics.intervalSeconds"],
    )


def _is_usable(path: str) -> bool:
    name = path.rpartition("/")[2]
    is_named = name.endswith(SUFFIX) and name != SUFFIX
    return path.startswith("/") and is_named and is_unicode(path) and "\0" not in path
