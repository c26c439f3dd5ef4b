"""Announcing: the announcements in the documents, the program, and what it may do."""

import fnmatch
import itertools
import json
import types
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from client_device_associator.configuration.parser import default_settings
from client_device_associator.core.thing_name import MAX_LENGTH
from client_device_associator.messages.announcement import read_announcement
from greengrass_sandbox import CLASSIC, LITE, Profile, read_recipe
from support.aws_cli import check_input, operations
from support.documents import ROOT, Block, blocks, read
from support.values import SHARED
from unit.documents.test_configurations import COMPONENT, merged, recipe_defaults, settings_of

EXAMPLES = ROOT / "docs" / "announcing"
IOT_CORE_BYTES = 5_000
"""Nucleus lite loses messages of AWS IoT Core that are larger, with their topic."""
LITE_BINARY_BYTES = 7_300
"""Nucleus lite closes the connection of a publisher whose binary message is larger."""

OWN_VARIABLE = "${iot:Connection.Thing.ThingName}"

ANNOUNCEMENTS = [
    block
    for block in blocks("json")
    if {"thingName", "thingNames"} & block.json().keys() and "status" not in block.json()
]

Publish = Callable[["FakeClient", str, dict[str, Any]], None]


class FakeClient:
    """What the program needs of the IPC library's client; a test answers what is published."""

    def __init__(self, answer: Publish) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.subscribed: list[str] = []
        self.closed = 0
        self._answer = answer
        self._on_result: Callable[[Any], None] | None = None

    def subscribe_to_topic(
        self, *, topic: str, on_stream_event: Callable[[Any], None]
    ) -> tuple[None, "FakeClient"]:
        """Subscribes; this object stands for the subscription as well."""
        self.subscribed.append(topic)
        self._on_result = on_stream_event
        return None, self

    def publish_to_topic(self, *, topic: str, publish_message: Any) -> None:  # noqa: ANN401 - SDK shape
        """Publishes; the test answers."""
        payload = publish_message.binary_message.message
        self.published.append((topic, payload))
        self._answer(self, topic, json.loads(payload))

    def send(self, results: list[dict[str, Any]]) -> None:
        """Sends results, as the component does."""
        assert self._on_result is not None
        message = json.dumps({"results": results}).encode()
        self._on_result(SimpleNamespace(binary_message=SimpleNamespace(message=message)))

    def close(self) -> None:
        """Ends the subscription."""
        self.closed += 1


def loaded(name: str) -> types.ModuleType:
    """One of the programs as a module."""
    path = EXAMPLES / f"{name}.py"
    module = types.ModuleType(path.stem)
    exec(compile(read(path), str(path), "exec"), vars(module))  # noqa: S102 - our own document
    return module


@pytest.fixture(scope="module")
def program() -> types.ModuleType:
    """The program, loaded as a module."""
    return loaded("component/announcer")


def resources() -> dict[str, list[str]]:
    """What the announcer's accessControl allows: resources by operation."""
    recipe = yaml.safe_load(read(EXAMPLES / "component" / "recipe.yaml"))
    access = recipe["ComponentConfiguration"]["DefaultConfiguration"]["accessControl"]
    policies = access["aws.greengrass.ipc.pubsub"].values()
    return {policy["operations"][0]: policy["resources"] for policy in policies}


def of_kind(key: str) -> dict[str, Any]:
    """The one JSON example that has a key at its top."""
    (block,) = [one for one in blocks("json") if key in one.json()]
    value = block.json()[key]
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("block", ANNOUNCEMENTS, ids=str)
def test_an_announcement_is_taken(block: Block) -> None:
    """All names in it, and nothing is rejected."""
    document = block.json()
    reading = read_announcement(None, SHARED, json.dumps(document).encode())
    names = [*filter(None, [document.get("thingName")]), *document.get("thingNames", [])]
    assert reading.rejections == ()
    assert [one.thing_name for one in reading.announcements] == names
    assert {one.announcement_id for one in reading.announcements} == {document.get("id")}
    assert document.keys() <= {"thingName", "thingNames", "id"}


def test_both_forms_are_shown() -> None:
    """One device, and several with an id."""
    assert {key for block in ANNOUNCEMENTS for key in block.json()} == {
        *("thingName", "thingNames", "id")
    }


def test_the_program_returns_final_results(program: types.ModuleType) -> None:
    """It waits through `retrying`, ignores what is for others, and closes its subscription."""

    def answer(client: FakeClient, topic: str, document: dict[str, Any]) -> None:
        assert read_announcement(None, topic, json.dumps(document).encode()).rejections == ()
        mine = {"id": document["id"]}
        client.send([{"thingName": "a", "status": "retrying", **mine}])
        client.send([{"thingName": "a", "status": "associated", **mine}])
        client.send([{"thingName": "a", "status": "failed", "id": "of another"}])
        client.send([{"thingName": "b", "status": "failed", "message": "no", **mine}])

    client = FakeClient(answer)
    final = program.associate(client, ["a", "b"])
    assert {name: one["status"] for name, one in final.items()} == {
        "a": "associated",
        "b": "failed",
    }
    assert client.subscribed == [f"{SHARED}/status"]
    assert client.closed == 1


def test_the_program_announces_again_and_gives_up(
    program: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an answer it returns what it has, in time."""
    seconds = itertools.count()
    monkeypatch.setattr(program, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    monkeypatch.setattr(program, "ANNOUNCE_AGAIN_SECONDS", 1)
    silent = FakeClient(lambda *_: None)
    assert program.associate(silent, ["a"], patience_seconds=10) == {}
    assert len(silent.published) > 1


def test_the_program_s_messages_fit_into_lite(program: types.ModuleType) -> None:
    """As many names of full length as it puts into a message."""
    silent = FakeClient(lambda *_: None)
    names = [f"{number:0{MAX_LENGTH}}" for number in range(program.NAMES_PER_MESSAGE + 1)]
    program.associate(silent, names, patience_seconds=0.0)
    sizes = [len(payload) for _, payload in silent.published]
    assert len(sizes) == 2
    assert max(sizes) <= LITE_BINARY_BYTES


def test_the_program_may_do_what_it_does(program: types.ModuleType) -> None:
    """Its accessControl allows its topics and no other."""
    assert resources() == {
        "aws.greengrass#PublishToTopic": [program.TOPIC],
        "aws.greengrass#SubscribeToTopic": [f"{program.TOPIC}/status"],
    }
    assert program.TOPIC in {one.topic_filter for one in default_settings().announcement_topics}


def test_the_bridge_relays_own_topics_and_their_results() -> None:
    """One mapping in, one out, for the topics of the default configuration."""
    own = default_settings().announcement_topics[1].topic_filter
    assert [tuple(one.values()) for one in of_kind("mqttTopicMapping").values()] == [
        (own, "LocalMqtt", "Pubsub"),
        (f"{own}/status", "Pubsub", "LocalMqtt"),
    ]


def test_a_client_device_may_announce_itself_alone() -> None:
    """The policy allows its own topic, for which the bridge has mappings, and its results."""
    groups = of_kind("deviceGroups")
    policy = groups["policies"][groups["definitions"]["announcers"]["policyName"]]
    own = default_settings().announcement_topics[1].topic_filter.replace("+", OWN_VARIABLE)
    allowed = {one["operations"][0]: one["resources"] for one in policy.values()}
    assert allowed["mqtt:publish"] == [f"mqtt:topic:{own}"]
    assert allowed["mqtt:subscribe"] == [f"mqtt:topicfilter:{own}/status"]


def test_the_topics_in_the_text_are_the_defaults() -> None:
    """README names them before anything else."""
    text = read(ROOT / "README.md")
    for topic in default_settings().announcement_topics:
        assert topic.topic_filter.replace("+", "<thing name>") in text
    assert fnmatch.filter(text.split("`"), "clientdevices/sensor-1/announce")


def test_the_examples_of_the_configuration_are_the_same() -> None:
    """What announcing shows in files, configuration explains."""
    shown = [one.json() for one in blocks("json") if one.document == "docs/configuration.md"]
    for name in ("gateway", "back-end"):
        assert json.loads(read(EXAMPLES / name / "associator.json")) in shown


def test_the_gateway_s_event_is_an_announcement() -> None:
    """With its configuration, and under the name that the page says."""
    changes = json.loads(read(EXAMPLES / "gateway" / "associator.json"))
    settings = settings_of(merged(recipe_defaults(), changes))
    (source,) = [one for one in settings.announcement_topics if one.key == "zigbee"]
    payload = read(EXAMPLES / "gateway" / "event.json").encode()
    reading = read_announcement(source.thing_name, source.topic_filter, payload)
    assert [one.thing_name for one in reading.announcements] == ["bulb-0x42"]


def test_a_back_end_s_messages_fit_into_lite() -> None:
    """As many names of full length as it puts into a message, for a core of full length."""
    enrol = loaded("back-end/enrol")
    sent: list[dict[str, Any]] = []
    client = SimpleNamespace(publish=lambda **message: sent.append(message))
    names = [f"{number:0{MAX_LENGTH}}" for number in range(enrol.NAMES_PER_MESSAGE + 1)]
    enrol.enrol(client, "c" * MAX_LENGTH, names)
    assert [name for one in sent for name in json.loads(one["payload"])["thingNames"]] == names
    assert all(len(one["topic"]) + len(one["payload"]) < IOT_CORE_BYTES for one in sent)


def test_the_policy_of_aws_iot_allows_the_back_end_s_topics() -> None:
    """What the component listens to and where it answers, for each core device its own."""
    changes = json.loads(read(EXAMPLES / "back-end" / "associator.json"))
    enrolment = changes["iotCore"]["announcements"]["enrol"]["topic"]
    own = enrolment.replace("{coreThingName}", OWN_VARIABLE)
    statements = json.loads(read(EXAMPLES / "back-end" / "iot-policy.json"))["Statement"]
    prefix = "arn:aws:iot:REGION:ACCOUNT:"
    assert {one["Action"]: one["Resource"] for one in statements} == {
        "iot:Subscribe": f"{prefix}topicfilter/{own}",
        "iot:Receive": f"{prefix}topic/{own}",
        "iot:Publish": f"{prefix}topic/{own}/status",
    }
    assert {one["Effect"] for one in statements} == {"Allow"}


def test_the_rule_is_one_that_aws_iot_takes() -> None:
    """And it listens where results come."""
    line = (
        "aws iot create-topic-rule --region REGION --rule-name clientDeviceResults "
        "--topic-rule-payload file://docs/announcing/back-end/rule.json"
    )
    assert f"\n{line}\n" in read(ROOT / "docs" / "announcing.md")
    rule = json.loads(read(EXAMPLES / "back-end" / "rule.json"))
    create = operations("iot")["create-topic-rule"]
    check_input(create, {"ruleName": "clientDeviceResults", "topicRulePayload": rule})
    assert rule["sql"] == "SELECT * FROM 'clientdevices/+/enrol/status'"


def test_the_function_returns_what_is_final() -> None:
    """Not what is still tried."""
    results = [
        {"thingName": "a", "status": "retrying"},
        {"thingName": "b", "status": "failed", "code": "x"},
    ]
    event = {"coreDeviceThingName": "core-1", "results": results}
    assert loaded("back-end/results").handler(event, None) == {"b": "failed"}


@pytest.mark.parametrize("nucleus", [CLASSIC, LITE], ids=["classic", "lite"])
def test_both_nuclei_take_the_recipe(nucleus: Profile) -> None:
    """Without advice: nothing in it is refused or ignored by the other kind."""
    recipe = read_recipe(nucleus, EXAMPLES / "component" / "recipe.yaml")
    assert recipe.advice == ()
    (artifact,) = recipe.artifacts
    assert (EXAMPLES / "component" / artifact.file_name).exists()


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.rglob("associator.json")), ids=lambda path: path.parent.name
)
def test_access_control_has_the_form_that_nuclei_read(path: Path) -> None:
    """Operations of the service under which they stand, and no bare question mark."""
    for service, policies in json.loads(read(path))["accessControl"].items():
        wanted = "IoTCore" if service.endswith("mqttproxy") else "Topic"
        for name, policy in policies.items():
            assert name.startswith(f"{COMPONENT}:{service.rpartition('.')[2]}:")
            assert policy.keys() == {"policyDescription", "operations", "resources"}
            for operation in policy["operations"]:
                assert operation.startswith("aws.greengrass#")
                assert operation.endswith(wanted)
            assert not any("?" in resource for resource in policy["resources"])
