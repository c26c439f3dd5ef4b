import pytest

from client_device_associator.configuration.parser import default_settings, parse_configuration
from client_device_associator.configuration.settings import MetricSettings


def test_metrics_are_off_by_default() -> None:
    """They cost messages, and CloudWatch costs money."""
    assert default_settings().metrics == MetricSettings()
    assert not default_settings().metrics.is_on


def test_what_the_document_says_is_in_effect() -> None:
    """Strings as on lite."""
    parsed = parse_configuration(
        {"metrics": {"cloudWatch": "true", "textfile": "/a/b.prom", "intervalSeconds": "5"}}
    )
    assert parsed.settings is not None
    assert parsed.settings.metrics == MetricSettings(
        to_cloudwatch=True, textfile="/a/b.prom", interval_seconds=5
    )
    assert parsed.settings.metrics.is_on
    assert MetricSettings(textfile="/a/b.prom").is_on
    assert MetricSettings(to_cloudwatch=True).is_on


@pytest.mark.parametrize(
    "path", ["", "a.prom", "/a/b", "/a/.prom", "/a/b.prom/", "/\0.prom", "/\ud800.prom", 5]
)
def test_a_path_that_could_replace_something_else_is_a_problem(path: object) -> None:
    """Relative to where, or the journal itself; and what no file is named."""
    (problem,) = parse_configuration({"metrics": {"textfile": path}}).problems
    assert problem.pointer == "/metrics/textfile"
