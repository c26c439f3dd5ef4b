"""The dashboards and the document about metrics name what there is, and all of it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.parser import parse_configuration
from client_device_associator.core.answer import FailureCause
from client_device_associator.core.instant import Instant
from client_device_associator.messages.metric_message import (
    METRIC_ANSWERS_TOPIC,
    METRICS_TOPIC,
    NAMESPACE,
    metric_message,
)
from client_device_associator.reporting.cloudwatch_metrics import MAX_AT_ONCE
from client_device_associator.reporting.line import Place
from client_device_associator.reporting.metric_counters import MAX_LABEL_VALUES, MetricCounters
from client_device_associator.reporting.metric_notices import (
    MetricsLost,
    MetricsRefused,
    TextfileUnwritable,
)
from client_device_associator.reporting.metric_table import METRICS, Figures, Metric
from client_device_associator.reporting.notices import Notice, SubscriptionRefused
from client_device_associator.reporting.textfile import Textfile
from client_device_associator.reporting.wording import line_for
from support.documents import ROOT, Block, blocks, quoted, read, table
from support.values import moment, settings

DASHBOARDS = ROOT / "docs" / "dashboards"
DOCUMENT = read(ROOT / "docs" / "metrics.md")
PREFIX = "client_device_associator_"
BY_NAME = {one.name: one for one in METRICS}
EXAMPLES = [one for one in blocks("json") if one.document == "docs/metrics.md"]


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms of functions as what is behind them."""


def _function(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True)


_Template.add_multi_constructor("!", _function)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The CloudFormation template."""
    document = yaml.load(read(DASHBOARDS / "cloudwatch.yaml"), _Template)  # noqa: S506 - a safe loader
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def widgets(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of its dashboard, as CloudWatch gets them."""
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    body = body.replace("${AWS::Region}", "eu-central-1").replace("${CoreDevice}", "core-1")
    assert "${" not in body
    found = json.loads(body)["widgets"]
    assert isinstance(found, list)
    return [one["properties"] for one in found]


@pytest.fixture(scope="module")
def alarms(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The properties of its alarms."""
    resources = template["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Alarm"]


@pytest.fixture
def text_names(tmp_path: Path) -> set[str]:
    """Every name of a metric in a text file."""
    counters = MetricCounters(lambda: Instant(0.0, 0.0))
    file = Textfile(counters, moment(), (), lambda _: None)
    file.move(str(tmp_path / "a.prom"))
    file.write(Figures(), moment())
    return set(re.findall(r"^# TYPE (\S+)", read(tmp_path / "a.prom"), re.MULTILINE))


def shown(widgets: list[dict[str, Any]]) -> Iterator[tuple[str, str | None, str]]:
    """Name, label and statistic of every metric in the widgets."""
    for widget in widgets:
        first: list[str] = []
        for one in widget["metrics"]:
            if isinstance(one[0], dict):
                found = re.fullmatch(
                    r"SEARCH\('\{\"(\S+)\",(\w+),coreName\} MetricName=\"(\w+)\""
                    r" coreName=\"core-1\"', '(\w+)', 300\)",
                    one[0]["expression"],
                )
                assert found, one
                assert found[1] == NAMESPACE
                yield found[3], found[2], found[4]
            else:
                first = first or one
                whole = [
                    before if now == "." else now for before, now in zip(first, one, strict=True)
                ]
                assert whole[0] == NAMESPACE
                assert whole[2:] == ["coreName", "core-1"]
                yield whole[1], None, widget["stat"]


def statistic(metric: Metric) -> str:
    """Which one means something."""
    return "Sum" if metric.counts else "Maximum"


def test_the_dashboard_shows_every_metric_and_no_other(widgets: list[dict[str, Any]]) -> None:
    """And every label; each with the statistic that means something."""
    found = list(shown(widgets))
    wanted: set[tuple[str, str | None]] = {(one.name, None) for one in METRICS}
    wanted |= {(one.name, one.label.name) for one in METRICS if one.label}
    assert {(name, label) for name, label, _ in found} == wanted
    for name, _, stat in found:
        assert stat == statistic(BY_NAME[name])


def test_alarms_are_about_metrics_that_there_are(alarms: list[dict[str, Any]]) -> None:
    """A metric that is not sent while it does not change is no alarm, and none that ends."""
    assert len(alarms) == 5
    assert "dashboard and five alarms" in DOCUMENT
    for alarm in alarms:
        metric = BY_NAME[alarm["MetricName"]]
        assert alarm["Namespace"] == NAMESPACE
        assert alarm["Dimensions"] == [{"Name": "coreName", "Value": "CoreDevice"}]
        assert alarm["Statistic"] == statistic(metric)
        assert alarm["TreatMissingData"] == ("notBreaching" if metric.counts else "ignore")
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_the_template_names_only_what_is_in_it(template: Mapping[str, Any]) -> None:
    """Each parameter is used, and each that is used is there."""
    text = read(DASHBOARDS / "cloudwatch.yaml")
    used = set(re.findall(r"!Ref (\w+)", text)) | set(re.findall(r"\$\{(\w+)\}", text))
    assert used == set(template["Parameters"])
    assert set(re.findall(r"!If \[(\w+)", text)) == set(template["Conditions"])


def test_the_grafana_dashboard_shows_every_metric_and_no_other(text_names: set[str]) -> None:
    """By the names that are in the file, and by its labels."""
    document = json.loads(read(DASHBOARDS / "grafana.json"))
    expressions = [one["expr"] for panel in document["panels"] for one in panel["targets"]]
    found = {name for one in expressions for name in re.findall(rf"{PREFIX}\w+", one)}
    assert found == text_names
    by = {name for one in expressions for name in re.findall(r"by \((\w+)\)", one)}
    labels = {one.label.name for one in METRICS if one.label}
    assert by == labels | {"instance", "version"}
    for one in expressions:
        assert one.count("(") == one.count(")")
        for name in re.findall(rf"{PREFIX}\w+", one):
            assert (f"increase({name}" in one) == name.endswith("_total")
    assert len({panel["id"] for panel in document["panels"]}) == len(document["panels"])


def test_the_table_has_every_metric(text_names: set[str]) -> None:
    """In the order of the code, word for word."""
    rows = [
        [
            f"`{one.name}`",
            f"`{one.text_name}{'_total' if one.counts else ''}`",
            one.unit.value,
            f"`{one.label.name}`" if one.label else "none",
            one.meaning,
        ]
        for one in METRICS
    ]
    assert table(DOCUMENT, "## Which there are") == rows
    alone = text_names - {PREFIX + quoted(row[1])[0] for row in rows}
    assert {f"`{one.removeprefix(PREFIX)}`" for one in alone} <= set(
        re.findall(r"`[^`]+`", DOCUMENT)
    )


def test_names_in_expressions_are_in_the_file(text_names: set[str]) -> None:
    """Those of the alarms in the document."""
    found = set(re.findall(rf"{PREFIX}\w+", DOCUMENT)) - {PREFIX}
    assert found <= text_names


def test_numbers_and_names_in_the_text_are_those_of_the_code() -> None:
    """The bounds, the causes, the topics and the namespace."""
    for text in (
        f"At most {MAX_AT_ONCE} messages",
        f"into {MAX_LABEL_VALUES} values at most",
        f"{len(METRICS)} for each core device",
        f"`{METRICS_TOPIC}`",
        f"`{NAMESPACE}`",
        *(f"`{one.value}`" for one in FailureCause),
    ):
        assert text in DOCUMENT


def test_the_message_is_one_of_ours() -> None:
    """As it would be sent."""
    (example,) = (one.json() for one in EXAMPLES if "request" in one.json())
    code = example["request"]["metricData"]["dimensions"][0]["value"]
    assert example == metric_message("Failures", 1, "Count", ("code", code))


@pytest.mark.parametrize("block", [one for one in EXAMPLES if "metrics" in one.json()], ids=str)
def test_the_configurations_are_valid(block: Block) -> None:
    """And turn metrics on."""
    parsed = parse_configuration(block.json())
    assert (parsed.problems, parsed.warnings) == ((), ())
    assert parsed.settings is not None
    assert parsed.settings.metrics.is_on


def test_the_access_control_is_what_is_needed() -> None:
    """One policy to send, one to hear the answers."""
    (merged,) = (one.json() for one in EXAMPLES if "accessControl" in one.json())
    (policies,) = merged["accessControl"].values()
    assert {one["operations"][0]: one["resources"] for one in policies.values()} == {
        "aws.greengrass#PublishToTopic": [METRICS_TOPIC],
        "aws.greengrass#SubscribeToTopic": [METRIC_ANSWERS_TOPIC],
    }


def test_log_lines_in_the_table_are_those_of_the_log() -> None:
    """Each line that metrics can lead to, and no other."""
    notices: list[Notice] = [
        SubscriptionRefused(METRIC_ANSWERS_TOPIC, "no", (METRIC_ANSWERS_TOPIC,)),
        MetricsRefused("no", settings()),
        MetricsLost("no", are_ours=True),
        MetricsLost("no", are_ours=False),
        TextfileUnwritable("/a.prom", "no"),
    ]
    lines = [line_for(one, Place("core-1", "eu-central-1")) for one in notices]
    rows = table(DOCUMENT, "## When no metrics arrive")
    symptoms = [text for row in rows for text in quoted(row[0])]
    assert len(symptoms) == len(lines)
    for symptom, line in zip(symptoms, lines, strict=True):
        assert line is not None
        assert line.text.startswith(symptom.removesuffix("…").strip())
