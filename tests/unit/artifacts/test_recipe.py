"""The recipe, looked at in the way in which a nucleus would fail on it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
COMPONENT = "community.greengrass.ClientDeviceAssociator"

# Keys of each place that the lite nucleus looks up with exactly this case.
ROOT_KEYS = {
    "RecipeFormatVersion",
    "ComponentName",
    "ComponentVersion",
    "ComponentType",
    "ComponentDescription",
    "ComponentPublisher",
    "ComponentDependencies",
    "ComponentConfiguration",
    "Manifests",
}
KNOWN_VARIABLES = {"{artifacts:decompressedPath}", "{artifacts:path}", "{work:path}"}


@pytest.fixture(scope="module")
def text() -> str:
    """The recipe as it stands in the repository."""
    return (ROOT / "recipe.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recipe(text: str) -> dict[str, Any]:
    """The recipe, parsed."""
    document: dict[str, Any] = yaml.safe_load(text)
    return document


@pytest.fixture(scope="module")
def manifest(recipe: dict[str, Any]) -> dict[str, Any]:
    """Its one manifest."""
    (only,) = recipe["Manifests"]
    assert isinstance(only, dict)
    return only


@pytest.fixture(scope="module")
def configuration(recipe: dict[str, Any]) -> dict[str, Any]:
    """Its default configuration."""
    assert set(recipe["ComponentConfiguration"]) == {"DefaultConfiguration"}
    document: dict[str, Any] = recipe["ComponentConfiguration"]["DefaultConfiguration"]
    return document


def test_fits_into_a_recipe(text: str) -> None:
    """The service takes at most 16,000 bytes."""
    assert len(text.encode()) <= 16_000


def test_root_keys_have_their_exact_case(recipe: dict[str, Any]) -> None:
    """The lite nucleus overlooks a key of another case."""
    assert set(recipe) == ROOT_KEYS
    assert recipe["RecipeFormatVersion"] == "2020-01-25"
    assert recipe["ComponentName"] == COMPONENT
    assert recipe["ComponentDescription"].strip()


def test_version_is_a_string_and_the_package_s(recipe: dict[str, Any]) -> None:
    """Unquoted, YAML could make a number of a version."""
    source = (ROOT / "src/client_device_associator/__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{recipe["ComponentVersion"]}"' in source


def test_depends_hard_on_the_token_exchange(recipe: dict[str, Any]) -> None:
    """Only then does a nucleus hand out credentials."""
    assert recipe["ComponentDependencies"] == {
        "aws.greengrass.TokenExchangeService": {
            "VersionRequirement": ">=2.0.0 <3.0.0",
            "DependencyType": "HARD",
        }
    }


def test_manifest_is_for_linux_on_any_nucleus(manifest: dict[str, Any]) -> None:
    """Without the runtime the lite nucleus passes the manifest by."""
    assert set(manifest) == {"Name", "Platform", "Lifecycle", "Artifacts"}
    assert manifest["Platform"] == {"os": "linux", "runtime": "*"}


def test_lifecycle_has_the_steps_that_both_nuclei_know(manifest: dict[str, Any]) -> None:
    """Lower case, and none of those which lite ignores or prefers to run."""
    assert set(manifest["Lifecycle"]) == {"install", "run"}
    assert manifest["Lifecycle"]["install"]["Timeout"] == 900
    for step in manifest["Lifecycle"].values():
        assert set(step) <= {"Script", "Timeout"}


def test_run_step_runs_the_package_unbuffered(manifest: dict[str, Any]) -> None:
    """With exec, so that SIGTERM reaches Python, and with the environment that install made."""
    script = manifest["Lifecycle"]["run"]["Script"]
    # By its own name, not by a link that an update changes while this version runs.
    assert script.splitlines()[-1] == (
        'venv=$(cd -P ./venv && pwd -P) && exec "$venv/bin/python3" -u -m client_device_associator'
    )
    assert 'PYTHONPATH="{artifacts:decompressedPath}/client-device-associator"' in script


@pytest.mark.parametrize("step", ["install", "run"])
def test_scripts_have_no_braces_but_known_variables(manifest: dict[str, Any], step: str) -> None:
    """At any other brace the lite nucleus ends the script, and runs what stands before."""
    script = manifest["Lifecycle"][step]["Script"]
    assert set(re.findall(r"\{[^}]*\}?", script)) <= KNOWN_VARIABLES
    assert "{configuration:" not in script


def test_artifact_is_a_zip_at_the_place_that_gdk_fills_in(manifest: dict[str, Any]) -> None:
    """GDK replaces the placeholders when it publishes; lite unpacks nothing but ZIP."""
    assert manifest["Artifacts"] == [
        {
            "Uri": "s3://BUCKET_NAME/COMPONENT_NAME/COMPONENT_VERSION/client-device-associator.zip",
            "Unarchive": "ZIP",
        }
    ]


def test_every_setting_has_its_documented_default(configuration: dict[str, Any]) -> None:
    """The component works out of the box, and an operator sees every key."""
    assert {key: value for key, value in configuration.items() if key != "accessControl"} == {
        "announcements": {
            "shared": {"topic": "clientdevices/announce"},
            "own": {"topic": "clientdevices/+/announce", "thingName": "{topic:1}"},
        },
        "results": {"topic": "{topic}/status", "encoding": "binary", "receipts": False},
        "iotCore": {"results": {"topic": "{topic}/status", "all": False}},
        "batching": {"maxSize": 100, "maxWaitSeconds": 1},
        "admission": {"requireProvenName": False},
        "limits": {"maxPending": 10_000, "maxAttempts": 10},
        "trustSeconds": 3600,
        "pacing": {"spreadSeconds": 0},
        "reconcile": {"intervalHours": 24, "restore": False},
        "departures": {"dryRun": True},
        "handover": {
            "enabled": False,
            "topic": "clientdevices/{thingName}/associated",
            "graceSeconds": 3600,
        },
        "metrics": {"cloudWatch": False, "intervalSeconds": 60},
        "workerIdleSeconds": 60,
        "subscriptionRenewalSeconds": 300,
        "trail": {"maxEntries": 10_000},
        "deploymentVeto": False,
        "logLevel": "INFO",
    }


def test_access_control_grants_what_is_needed_and_no_more(configuration: dict[str, Any]) -> None:
    """Each operation has its own policy, and no resource is wider than its topic."""
    (service,) = configuration["accessControl"]
    assert service == "aws.greengrass.ipc.pubsub"
    policies = configuration["accessControl"][service]
    granted = {tuple(it["operations"]): set(it["resources"]) for it in policies.values()}
    assert granted == {
        ("aws.greengrass#SubscribeToTopic",): {
            "clientdevices/announce",
            "clientdevices/*/announce",
            "clientdevices/associator/health/get",
            "clientdevices/associator/roster/get",
        },
        ("aws.greengrass#PublishToTopic",): {
            "clientdevices/announce/status",
            "clientdevices/*/announce/status",
            "clientdevices/associator/health",
            "clientdevices/associator/roster",
        },
    }
    for policy_id, policy in policies.items():
        # Policy ids of all components share one name space on the classic nucleus.
        assert policy_id.startswith(f"{COMPONENT}:")
        assert set(policy) == {"policyDescription", "operations", "resources"}
        assert policy["policyDescription"].strip()


def test_access_control_covers_the_default_topics(configuration: dict[str, Any]) -> None:
    """A "+" of a filter is matched by the "*" of a resource."""
    policies = configuration["accessControl"]["aws.greengrass.ipc.pubsub"].values()
    subscribe, publish = (policy["resources"] for policy in policies)
    for announcement in configuration["announcements"].values():
        pattern = announcement["topic"].replace("+", "*")
        assert pattern in subscribe
        assert f"{pattern}/status" in publish


def test_gdk_configuration_builds_with_our_script(recipe: dict[str, Any]) -> None:
    """GDK checks little of a custom build; a command that is one string would not be found."""
    document = json.loads((ROOT / "gdk-config.json").read_text(encoding="utf-8"))
    assert set(document) == {"component", "gdk_version", "test-e2e"}
    (name,) = document["component"]
    assert name == COMPONENT
    component = document["component"][name]
    assert component["version"] == recipe["ComponentVersion"]
    assert component["author"]
    assert component["build"] == {
        "build_system": "custom",
        "custom_build_command": ["python3", "artifacts/build.py"],
    }
    assert set(component["publish"]) == {"bucket", "region"}
