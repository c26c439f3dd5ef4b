"""What was done with devices, as a person and a program read it."""

import io

from client_device_associator.command.changed_devices import ChangedDevices
from client_device_associator.command.output import Output
from client_device_associator.core.operator import Done, Outcome


def test_colours_say_what_a_person_has_to_look_at() -> None:
    """Red for what was not done; and what came from outside moves no cursor."""
    stream = io.StringIO()
    shown = ChangedDevices(Output(stream, coloured=True), as_json=False)
    shown.add([Outcome("a", Done.REJECTED, "code", "\x1b[2J"), Outcome("b", Done.FORGOTTEN)])
    _, rejected, forgotten = stream.getvalue().splitlines()
    assert rejected == "a           \x1b[31mrejected \x1b[0m  code: \\x1b[2J"
    assert "\x1b[32mforgotten" in forgotten


def test_the_table_has_one_head() -> None:
    """However many portions there are; names are as wide as the first portion needs."""
    stream = io.StringIO()
    shown = ChangedDevices(Output(stream, coloured=False), as_json=False)
    shown.add([Outcome("a" * 20, Done.DUE)])
    shown.add([Outcome("b", Done.DUE)])
    shown.end()
    assert stream.getvalue().splitlines() == [
        f"{'THING NAME':20}  OUTCOME    WHY",
        f"{'a' * 20}  due",
        f"{'b':20}  due",
        "2 devices: 2 due",
    ]


def test_all_is_well_if_each_was_done() -> None:
    """Nothing at all is not well: it may be a mistake in the pattern."""
    for outcomes, is_well in (
        ([], False),
        ([Outcome("a", Done.ALREADY), Outcome("b", Done.DUE)], True),
        ([Outcome("a", Done.DUE), Outcome("b", Done.UNKNOWN)], False),
        ([Outcome("a", Done.REJECTED)], False),
    ):
        shown = ChangedDevices(Output(io.StringIO(), coloured=False), as_json=True)
        shown.add(outcomes)
        assert shown.all_is_well is is_well
