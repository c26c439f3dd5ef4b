"""What association does not give."""

from client_device_associator.command.doctor.finding import Health
from client_device_associator.command.doctor.offline_checks import check_offline


def test_the_conditions_of_offline_logins_are_said() -> None:
    """With the setting that is off by default, and what the daily refresh deletes."""
    (found,) = check_offline()
    assert found.health is Health.UNKNOWN
    assert "clientDeviceTrustDurationMinutes" in found.remedy
    assert "deletes" in found.remedy
