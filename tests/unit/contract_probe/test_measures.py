"""Measures of time and rates, with a service that answers as the test says."""

import itertools
import threading
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from contract_probe import measures
from contract_probe.belongings import Belongings
from contract_probe.calls import Calls
from contract_probe.findings import Findings
from contract_probe.questions import Site

LIMIT = 1000
OK = {"ResponseMetadata": {"HTTPStatusCode": 200}}


def site_with(pages: list[list[str]], *, throttled_from: int = LIMIT) -> Site:
    """A site whose list has these names, one page an answer, the last for ever."""
    answered = itertools.count()

    def answer(**_: object) -> Mapping[str, object]:
        number = next(answered)
        if number >= throttled_from:
            metadata = {"HTTPStatusCode": 429, "HTTPHeaders": {"retry-after": "3"}}
            error = {"Code": "ThrottlingException", "Message": "slower"}
            raise ClientError({"Error": error, "ResponseMetadata": metadata}, "List")
        names = pages[min(number, len(pages) - 1)]
        return {**OK, "associatedClientDevices": [{"thingName": name} for name in names]}

    greengrass = SimpleNamespace(
        list_client_devices_associated_with_core_device=answer,
        batch_disassociate_client_device_from_core_device=lambda **_: {**OK, "errorEntries": []},
    )
    calls = Calls(LIMIT, 0, threading.Event(), sleep=lambda _: None)
    calls.is_ending = True  # its pauses are those of `sleep`
    own = Belongings("core", "run", calls, None, greengrass)
    return Site(calls, greengrass, None, own, Findings({}), itertools.count().__next__)


def findings_of(site: Site) -> dict[str, dict[str, object]]:
    """What was noted."""
    return site.findings._findings  # noqa: SLF001 - there is no other way out but the file


@pytest.mark.parametrize(
    ("throttled_from", "after"), [(4, 4), (LIMIT, None)], ids=["throttled", "not"]
)
def test_the_rate_is_how_many_went_through(throttled_from: int, after: int | None) -> None:
    """And what the service says then."""
    site = site_with([[]], throttled_from=throttled_from)
    measures.measure_rate(site)
    found = findings_of(site)
    assert found["rate"]["throttledAfter"] == after
    assert ("throttled" in found) == (after is not None)
    assert site.calls.made == (measures.RATE_CALLS if after is None else after + 1)
    if after is not None:
        assert found["throttled"]["retryAfter"] == "3"


def test_a_change_that_is_never_seen_is_said() -> None:
    """After all the looks that there may be."""
    site = site_with([["contract-probe-run-000"]])
    measures.measure_leaving(site)
    assert findings_of(site)["disassociateLag"] == {
        "seconds": None,
        "polls": measures.LAG_POLLS,
        "missing": 1,
    }


def test_a_change_that_is_seen_at_once_has_no_lag() -> None:
    """The time of the first look is that of a call."""
    site = site_with([["somebody-else"]])
    measures.measure_leaving(site)
    assert findings_of(site)["disassociateLag"] == {"seconds": 0, "polls": 1}


def test_a_change_that_is_late_has_its_seconds() -> None:
    """By the clock, from the answer of the call on."""
    site = site_with([["contract-probe-run-000"], ["contract-probe-run-000"], []])
    measures.measure_leaving(site)
    found = findings_of(site)["disassociateLag"]
    assert found["polls"] == 3
    assert found["seconds"] == 1
