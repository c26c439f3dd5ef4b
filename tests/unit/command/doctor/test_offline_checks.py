"""What association does not give."""

from collections.abc import Mapping
from typing import Any

import pytest

from client_device_associator.command.doctor.finding import Health
from client_device_associator.command.doctor.nucleus_root import DEVICE_AUTH
from client_device_associator.command.doctor.offline_checks import TRUST, check_offline


def auth(minutes: object) -> Mapping[str, Any]:
    """Client device auth with this trust."""
    return {DEVICE_AUTH: {"configuration": {"security": {TRUST: minutes}}}}


@pytest.mark.parametrize(
    ("deployed", "text"),
    [
        (None, "is not seen"),
        ({DEVICE_AUTH: {}}, "off:"),
        ({DEVICE_AUTH: {"configuration": {"security": 5}}}, "off:"),
        (auth(1), "off:"),
        (auth(-5), "off:"),
        (auth("much"), "off:"),
        (auth(float("inf")), "off:"),
        (auth("60"), "trusted for 60 min"),
        (auth(60.0), "trusted for 60 min"),
    ],
)
def test_the_conditions_of_offline_logins_are_said(
    deployed: Mapping[str, Any] | None, text: str
) -> None:
    """With the setting that is off by default, and what the daily refresh deletes."""
    (found,) = check_offline(deployed)
    assert found.health is Health.UNKNOWN
    assert text in found.text
    assert TRUST in found.remedy
    assert "deletes" in found.remedy


@pytest.mark.parametrize(
    ("lists", "text"),
    [
        (True, "associated, because the role allows"),
        (False, "deletes nothing, because"),
        (None, "if the role allows"),
    ],
)
def test_what_the_daily_refresh_deletes_depends_on_the_role(
    *, lists: bool | None, text: str
) -> None:
    """It needs the list of associated devices."""
    (found,) = check_offline(auth(60), lists=lists)
    assert text in found.remedy


def test_without_client_device_auth_there_are_none() -> None:
    """No client device logs in."""
    (found,) = check_offline({})
    assert found.health is Health.OK
