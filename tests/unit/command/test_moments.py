from client_device_associator.command.moments import ago


def test_a_moment_is_past_or_to_come() -> None:
    """Seen from now; now is past."""
    assert ago(10.0, 100.0) == "90 s ago"
    assert ago(100.0, 100.0) == "0 s ago"
    assert ago(100.0, 10.0) == "in 90 s"
