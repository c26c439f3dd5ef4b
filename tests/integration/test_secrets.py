"""No secret is in anything that the component writes, whoever says it to the component."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from greengrass_sandbox import CoreDevice, Credentials, issue_credentials
from integration.announcer import SHARED
from integration.associator import NAME, Associator, Results
from integration.conftest import Start
from integration.echoing import (
    MARK,
    Headers,
    Manner,
    all_of,
    echoing,
    error_entries,
    refusing_proxy,
    service_error,
)
from integration.leaks import Leaks
from integration.what_operators_do import HealthWatch, repeat_until

TALKATIVE = {
    "logLevel": "DEBUG",
    "batching": {"maxWaitSeconds": 0.1},
    "results": {"receipts": True},
}
NO_EXCEPTIONS = {"NO_PROXY": "", "no_proxy": ""}
PASSWORD = "pa55-word/with#odd@chars"  # noqa: S105 - made up
UNREACHABLE = "https://greengrass.invalid/"

CLOUD: dict[str, Manner] = {
    "a signature": service_error(403, "SignatureDoesNotMatch"),
    "a permission": service_error(403, "AccessDeniedException"),
    "a code": service_error(500, "SECURITY"),
    "entries": error_entries,
    "no JSON": lambda headers: (502, f"<html>{all_of(headers)}</html>"),
    "a success of nonsense": lambda headers: (200, all_of(headers)),
    "a validation": lambda headers: (
        400,
        json.dumps(
            {
                "__type": "ValidationException",
                "message": all_of(headers),
                "fields": [{"name": "Authorization", "message": all_of(headers)}],
            }
        ),
    ),
}

DEFECTIVE = """
import logging, os, sys, threading

def fail():
    raise RuntimeError(f"a defect that quotes {os.environ!r}")

def hook(event, arguments):
    if event == "socket.connect" and not failed:
        failed.append(True)
        threading.Thread(target=fail).start()

failed = []
if "client_device_associator.cloud.worker" in sys.orig_argv:
    logging.basicConfig(level=logging.DEBUG)
    sys.addaudithook(hook)
"""
"""Python runs it in each process: somebody debugs botocore, and a thread of the worker fails."""

Try = Callable[[str, dict[str, str]], None]


@pytest.fixture
def stopped(core: CoreDevice, start: Start) -> Associator:
    """A component that has run once with all that it can say switched on, and is stopped."""
    textfile = core.layout.work(NAME) / "metrics.prom"
    associator = start({**TALKATIVE, "metrics": {"textfile": str(textfile), "intervalSeconds": 1}})
    associator.stop()
    return associator


@pytest.fixture
def leaks(core: CoreDevice, stopped: Associator) -> Leaks:
    """What it lets out from now on."""
    return Leaks(core, stopped)


@pytest.fixture
def attempt(core: CoreDevice, stopped: Associator, leaks: Leaks) -> Try:
    """Runs it until a call for a device has ended, and asks for its health then."""

    def run(name: str, environment: dict[str, str]) -> None:
        stopped.start(**environment).wait_until_running()
        try:
            health = HealthWatch(core)
            core.publish(SHARED, {"thingName": name})
            # By itself it says so at most every 10 s.
            repeat_until(health.ask, lambda: health.all[-1]["cloud"]["state"] != "notCalledYet")
            leaks.look_at_processes()
            leaks.look_at_commands(name)
        finally:
            stopped.stop()

    return run


def test_a_cloud_that_echoes_what_it_is_sent(
    attempt: Try, stopped: Associator, leaks: Leaks, subtests: pytest.Subtests
) -> None:
    """Authorization and session token in messages, codes, entries and pages are shown to nobody."""
    with echoing() as cloud:
        for number, (what, manner) in enumerate(CLOUD.items()):
            cloud.manner = manner
            with subtests.test(what):
                attempt(f"device-{number}", {"AWS_ENDPOINT_URL_GREENGRASSV2": cloud.url})
                assert leaks.found() == []
    assert MARK in stopped.log


@pytest.mark.slow(25)
def test_token_exchange_that_echoes_what_it_is_sent(
    attempt: Try, stopped: Associator, leaks: Leaks, subtests: pytest.Subtests
) -> None:
    """Neither the token that it was asked with nor credentials that nobody can use are shown."""
    given = issue_credentials(expires_at=time.time() + 3600)
    leaks.also(secret_key=given.secret_access_key, session_token=given.session_token)
    leaks.also(access_key_id=given.access_key_id)
    with echoing() as exchange:
        for number, (what, manner) in enumerate(exchanges(given).items()):
            exchange.manner = manner
            with subtests.test(what):
                attempt(f"device-{number}", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": exchange.url})
                assert leaks.found() == []
    assert MARK in stopped.log


def exchanges(given: Credentials) -> dict[str, Manner]:
    """What a token exchange may answer that knows these credentials."""
    document = given.as_document()

    def unusable(**changes: str) -> Manner:
        return lambda _: (200, json.dumps({**document, **changes}))

    def both(headers: Headers) -> str:
        return f"{all_of(headers)} {json.dumps(document)}"

    return {
        "refuses": lambda headers: (403, all_of(headers)),
        "fails with credentials": lambda headers: (500, both(headers)),
        "garbage": lambda headers: (200, both(headers)),
        "no date": unusable(Expiration=given.session_token),
        "no header can hold it": unusable(Token=f"{given.session_token}\n"),
    }


@pytest.mark.parametrize("profile", ["classic"], indirect=True)
def test_a_proxy_with_a_password(attempt: Try, leaks: Leaks, subtests: pytest.Subtests) -> None:
    """Not if nobody is there, not if it refuses and echoes, and not if its URL is a mistake."""
    leaks.also(password=PASSWORD, both=f"user:{PASSWORD}")
    with refusing_proxy() as (refusing, asked):
        proxies = {
            "nobody": f"http://user:{PASSWORD}@127.0.0.1:1",
            "refuses": f"http://user:pa55-word%2Fwith%23odd%40chars@{refusing}",
            "no port": f"http://user:{PASSWORD}@proxy:not-a-port",
        }
        for number, (what, proxy) in enumerate(proxies.items()):
            with subtests.test(what):
                proxies_of = {"HTTPS_PROXY": proxy, "https_proxy": proxy, **NO_EXCEPTIONS}
                environment = {"AWS_ENDPOINT_URL_GREENGRASSV2": UNREACHABLE, **proxies_of}
                attempt(f"device-{number}", environment)
                assert leaks.found() == []
    assert "Proxy-Authorization" in asked[0]


def test_a_worker_that_fails_while_somebody_debugs_botocore(
    core: CoreDevice, stopped: Associator, results: Results, leaks: Leaks, tmp_path: Path
) -> None:
    """A traceback on standard error has no secret, and what libraries log is not written at all."""
    (tmp_path / "sitecustomize.py").write_text(DEFECTIVE, encoding="utf-8")
    core.call(core.cloud.add_things, ["device"])
    stopped.start(PYTHONPATH=str(tmp_path)).wait_until_running()
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    stopped.wait_until_log_has("RuntimeError: a defect that quotes")
    leaks.look_at_processes()
    leaks.look_at_commands("device")
    assert "DEBUG:botocore" not in stopped.log
    assert leaks.found() == []


def test_the_worker_has_nothing_that_it_does_not_need(
    core: CoreDevice, start: Start, results: Results
) -> None:
    """Its environment has neither the component's identity nor the passwords of somebody else."""
    core.call(core.cloud.add_things, ["device"])
    associator = start(environment={"DATABASE_PASSWORD": "swordfish", "SSLKEYLOGFILE": "keys"})
    core.publish(SHARED, {"thingName": "device"})
    results.wait_for_names("associated", ["device"])
    (worker,) = psutil.Process(associator.pid).children()
    environment = worker.environ()
    unwanted = {"SVCUID", "DATABASE_PASSWORD", "SSLKEYLOGFILE", "HOME"}
    assert not unwanted & environment.keys()
    assert environment["AWS_REGION"] == "eu-central-1"
