"""The lifecycle's rules that need no process: restarts, recipe variables, environment, layout."""

from pathlib import Path

import pytest

from greengrass_sandbox.kinds.classic.restart import ConsecutiveErrors
from greengrass_sandbox.kinds.lite.restart import StartLimit
from greengrass_sandbox.lifecycle.environment import (
    Identity,
    TokenExchangeAccess,
    nucleus_variables,
    system_variables,
)
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.restart import Verdict
from greengrass_sandbox.lifecycle.variables import fill_in

HOUR = 3600.0
IDENTITY = Identity(
    thing_name="core",
    region="eu-north-1",
    nucleus_version="2.0.0",
    socket_path=Path("/root/ipc.socket"),
    root_certificates=Path("/root/rootCA.pem"),
    cloud_url="http://127.0.0.1:1",
    services_url="http://127.0.0.1:2",
)


def test_classic_gives_up_at_the_third_error() -> None:
    """At once, if they come at once."""
    rules = ConsecutiveErrors()
    assert [rules.failed(at) for at in (0.0, 1.0, 2.0)] == [
        Verdict.RESTART,
        Verdict.RESTART,
        Verdict.BROKEN,
    ]


def test_classic_counts_from_the_previous_error() -> None:
    """Three errors in more than an hour are too many, if each is within an hour of the last."""
    rules = ConsecutiveErrors()
    assert [rules.failed(at) for at in (0.0, HOUR - 1, 2 * HOUR - 2)][-1] is Verdict.BROKEN


def test_classic_forgives_after_an_hour() -> None:
    """The count starts again from zero."""
    rules = ConsecutiveErrors()
    verdicts = [rules.failed(at) for at in (0.0, 1.0, 1.0 + HOUR, 2.0 + HOUR)]
    assert verdicts == [Verdict.RESTART] * 4
    assert rules.failed(3.0 + HOUR) is Verdict.BROKEN


def test_lite_starts_three_times_an_hour() -> None:
    """It is systemd, which counts starts and forgets those which are an hour old."""
    rules = StartLimit()
    for at in (0.0, 1000.0):
        rules.started(at)
        assert rules.failed(at + 1) is Verdict.RESTART
    rules.started(HOUR + 500)
    assert rules.failed(HOUR + 501) is Verdict.RESTART
    rules.started(HOUR + 600)
    assert rules.failed(HOUR + 601) is Verdict.BROKEN


@pytest.mark.parametrize("stop_at_unknown", [True, False])
def test_known_variables_are_filled_in(stop_at_unknown: bool) -> None:  # noqa: FBT001 - a parameter
    """The nucleus's own, and values of the configuration: a string as it is, others as JSON."""
    filled = fill_in(
        "cd {work:path} && {configuration:/a/b} '{configuration:/list}' {configuration:/x~1y}",
        {"work:path": "/w"},
        {"a": {"b": "go"}, "list": [1, True], "x/y": 5},
        stop_at_unknown=stop_at_unknown,
    )
    assert filled.script == "cd /w && go '[1, true]' 5"
    assert filled.unknown == ()


def test_classic_leaves_unknown_variables_as_they_are() -> None:
    """Braces of the shell's mean nothing to it."""
    script = "echo {configuration:/missing} ${HOME} {work:path}"
    filled = fill_in(script, {"work:path": "/w"}, {}, stop_at_unknown=False)
    assert filled.script == "echo {configuration:/missing} ${HOME} /w"
    assert filled.unknown == ("{configuration:/missing}",)


@pytest.mark.parametrize("rest", ["{configuration:/missing}", "{HOME} b", "{work:path"])
def test_lite_ends_the_script_at_an_unknown_variable(rest: str) -> None:
    """What stands before it is run all the same."""
    filled = fill_in(f"echo a; $ {rest}", {"work:path": "/w"}, {}, stop_at_unknown=True)
    assert filled.script == "echo a; $ "
    assert len(filled.unknown) == 1


def test_environment_is_what_a_nucleus_sets() -> None:
    """All of it, and nothing besides but the addresses of the sandbox's cloud."""
    variables = nucleus_variables(
        IDENTITY,
        service_uid="uid",
        token_exchange=TokenExchangeAccess("http://localhost:2/", "token"),
        missing_is_empty=False,
    )
    assert variables == {
        "SVCUID": "uid",
        "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT": "/root/ipc.socket",
        "AWS_IOT_THING_NAME": "core",
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "GGC_VERSION": "2.0.0",
        "GG_ROOT_CA_PATH": "/root/rootCA.pem",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
        "AWS_ENDPOINT_URL_GREENGRASSV2": "http://127.0.0.1:1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:2/",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
    }


@pytest.mark.parametrize(("missing_is_empty", "expected"), [(True, ""), (False, None)])
def test_missing_thing_name_is_an_empty_string_on_lite(
    missing_is_empty: bool,  # noqa: FBT001 - a parameter of the test
    expected: str | None,
) -> None:
    """And no variable at all on classic; neither invents access to anything."""
    identity = Identity(
        **{**vars(IDENTITY), "thing_name": None, "region": None, "services_url": None},
    )
    variables = nucleus_variables(
        identity, service_uid="uid", token_exchange=None, missing_is_empty=missing_is_empty
    )
    assert "AWS_ENDPOINT_URL" not in variables
    for name in ("AWS_IOT_THING_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"):
        assert variables.get(name) == expected
    assert not any(name.startswith("AWS_CONTAINER") for name in variables)


def test_developer_s_shell_stays_outside() -> None:
    """What is set there must not make a component work that fails on a device."""
    developer = {
        "AWS_ACCESS_KEY_ID": "mine",
        "AWS_PROFILE": "mine",
        "PYTHONPATH": "/src",
        "VIRTUAL_ENV": "/venv",
        "PATH": "/bin",
        "https_proxy": "http://proxy",
    }
    assert system_variables(developer) == {"PATH": "/bin", "https_proxy": "http://proxy"}


def test_socket_moves_when_the_root_s_path_is_too_long(tmp_path: Path) -> None:
    """The kernel takes 107 bytes; a person who knows the root must find the socket all the same."""
    long_root = Layout(tmp_path / ("x" * 120))
    path = long_root.socket("ipc.socket")
    assert len(bytes(path)) <= 107
    assert path == Layout(long_root.root).socket("ipc.socket")
    assert path != Layout(tmp_path / ("y" * 120)).socket("ipc.socket")
    assert Layout(Path("/gg")).socket("ipc.socket") == Path("/gg/ipc.socket")
