"""What a check has found."""

from client_device_associator.command.doctor.finding import Health, ok, unknown, wrong


def test_there_is_something_to_do_if_and_only_if_it_is_wrong() -> None:
    """What cannot be seen may have something to look at."""
    assert (ok("disk", "fine").health, ok("disk", "fine").remedy) == (Health.OK, "")
    assert (wrong("disk", "full", "make room").health, wrong("a", "b", "c").remedy) == (
        Health.WRONG,
        "c",
    )
    assert (unknown("a", "b").health, unknown("a", "b", "look").remedy) == (Health.UNKNOWN, "look")
