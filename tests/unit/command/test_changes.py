"""Commands that have the running component change something."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_device_associator.channel import client
from client_device_associator.channel.port import Asked
from client_device_associator.channel.protocol import CarriedOut, Refused, Trouble
from client_device_associator.command import changes
from client_device_associator.command.exit_codes import (
    FINE,
    NOT_RUNNING,
    OTHER_VERSION,
    UNREADABLE,
    USAGE,
    WRONG,
)
from client_device_associator.core.device import Device
from client_device_associator.core.life import DeviceState
from client_device_associator.core.operator import (
    Announce,
    Done,
    Forget,
    Outcome,
    Reconcile,
    Request,
    Retry,
)
from support.channel import Listening, listening
from support.commands import NOW, fill, run
from support.values import numbered


def agree(request: Request, done: Done) -> CarriedOut:
    """The same was done with each device."""
    names = () if isinstance(request, Reconcile) else request.thing_names
    return CarriedOut(tuple(Outcome(name, done) for name in names))


@pytest.fixture
def component(tmp_path: Path) -> Iterator[Listening]:
    """A component that does what it is asked for."""
    with listening(tmp_path) as one:
        one.reply = None

        def answer(asked: Asked) -> None:
            asked.answer(agree(asked.request, Done.QUEUED))

        one.came = answer
        yield one


def requests(component: Listening) -> list[Request]:
    """What it was asked for."""
    return [one.request for one in component.asked]


@pytest.mark.parametrize(
    ("command", "request_"),
    [
        (("retry", "b", "a"), Retry(("b", "a"))),
        (("forget", "b", "a", "b"), Forget(("b", "a"))),
        (("announce", "b", "a", "b"), Announce(("b", "a"))),
    ],
)
def test_names_are_asked_for_as_they_are(
    tmp_path: Path, component: Listening, command: tuple[str, ...], request_: Request
) -> None:
    """Each once; no journal is needed for that."""
    ran = run(tmp_path, *command)
    assert requests(component) == [request_]
    assert (ran.exit_code, ran.errors) == (FINE, "")
    assert ran.lines == [
        "THING NAME  OUTCOME    WHY",
        "b           queued",
        "a           queued",
        "2 devices: 2 queued",
    ]


def test_a_pattern_means_those_in_the_journal(tmp_path: Path, component: Listening) -> None:
    """Those that are named besides come first; for a retry, only those for which it may help."""
    states = {
        "lamp-1": DeviceState.PENDING,
        "lamp-2": DeviceState.ASSOCIATED,
        "lamp-3": DeviceState.FAILED,
        "lamp-4": DeviceState.LEAVING,
        "fan": DeviceState.PENDING,
    }
    fill(tmp_path, *(Device(name, state, NOW) for name, state in states.items()))
    run(tmp_path, "retry", "lamp-*", "x", "lamp-3")
    run(tmp_path, "forget", "lamp-[12]", "f?n")
    assert requests(component) == [
        Retry(("x", "lamp-3")),
        Retry(("lamp-1", "lamp-4")),
        Forget(("fan", "lamp-1", "lamp-2")),
    ]


def test_many_are_asked_for_in_portions(tmp_path: Path, component: Listening) -> None:
    """The component takes 500 at a time."""
    names = numbered(1100)
    fill(tmp_path, *(Device(name, DeviceState.FAILED, NOW) for name in names))
    ran = run(tmp_path, "forget", "*")
    asked = [one for one in requests(component) if isinstance(one, Forget)]
    assert [name for one in asked for name in one.thing_names] == names
    assert max(len(one.thing_names) for one in asked) == 500
    assert len(ran.lines) == 1100 + 2
    run(tmp_path, "announce", *names)
    assert [len(one.thing_names) for one in requests(component) if isinstance(one, Announce)] == [
        500,
        500,
        100,
    ]


def test_a_pattern_that_means_nobody_asks_for_nothing(tmp_path: Path, component: Listening) -> None:
    """It may be a mistake."""
    fill(tmp_path, Device("lamp", DeviceState.ASSOCIATED, NOW))
    for command in ("retry", "forget"):
        ran = run(tmp_path, command, "x*")
        assert (ran.exit_code, ran.out) == (WRONG, "no device is like that\n")
    assert run(tmp_path, "retry", "x*", "--json").out == ""
    assert component.asked == []


@pytest.mark.parametrize("done", [Done.UNKNOWN, Done.REJECTED])
def test_one_that_is_not_done_is_told_by_the_exit_code(
    tmp_path: Path, component: Listening, done: Done
) -> None:
    """With the reason."""
    trouble = Outcome("b", done, "notAdmitted", "no rule\nmatches it")
    component.came = lambda asked: asked.answer(CarriedOut((Outcome("a", Done.ALREADY), trouble)))
    ran = run(tmp_path, "announce", "a", "b")
    assert ran.exit_code == WRONG
    assert ran.lines[1:] == [
        "a           already",
        f"b           {done.value:9}  notAdmitted: no rule\\x0amatches it",
        f"2 devices: 1 already, 1 {done.value}",
    ]
    assert run(tmp_path, "announce", "a", "b", "--json").documents == [
        {"thingName": "a", "outcome": "already"},
        {
            "thingName": "b",
            "outcome": done.value,
            "code": "notAdmitted",
            "message": "no rule\nmatches it",
        },
    ]


@pytest.mark.parametrize(
    ("list_at", "said"),
    [(NOW, "is asked for now"), (NOW + 45, "is asked for in 45 s")],
)
def test_the_list_is_asked_for(
    tmp_path: Path, component: Listening, list_at: float, said: str
) -> None:
    """At most once a minute, so that it may take a moment."""
    component.came = lambda asked: asked.answer(CarriedOut(list_at=list_at))
    ran = run(tmp_path, "reconcile")
    assert requests(component) == [Reconcile()]
    assert (ran.exit_code, ran.out) == (FINE, f"the cloud's list {said}\n")
    (document,) = run(tmp_path, "reconcile", "--json").documents
    assert document["listAt"].startswith("2027-01-15T08:00:")


@pytest.mark.parametrize(
    ("trouble", "exit_code"),
    [
        (Trouble.STORAGE, WRONG),
        (Trouble.LIST_OFF, WRONG),
        (Trouble.NOT_READY, WRONG),
        (Trouble.NO_ANSWER, WRONG),
        (Trouble.BAD_REQUEST, WRONG),
        (Trouble.NOT_ALLOWED, UNREADABLE),
        (Trouble.OTHER_VERSION, OTHER_VERSION),
    ],
)
def test_what_the_component_refuses_is_said(
    tmp_path: Path, component: Listening, trouble: Trouble, exit_code: int
) -> None:
    """In its words, on the stream for errors."""
    component.came = lambda asked: asked.answer(Refused(trouble, "in words"))
    ran = run(tmp_path, "reconcile")
    assert (ran.exit_code, ran.out, ran.errors) == (exit_code, "", "associator: in words\n")


def test_what_was_done_before_it_is_said_all_the_same(tmp_path: Path, component: Listening) -> None:
    """A component that ends between two portions."""
    names = numbered(600)
    ends_at = names[500]

    def answer(asked: Asked) -> None:
        if isinstance(asked.request, Announce) and ends_at in asked.request.thing_names:
            asked.answer(Refused(Trouble.STORAGE, "no room"))
        else:
            asked.answer(agree(asked.request, Done.QUEUED))

    component.came = answer
    ran = run(tmp_path, "announce", *names)
    assert (ran.exit_code, ran.errors) == (WRONG, "associator: no room\n")
    assert [line.split()[0] for line in ran.lines[1:]] == names[:500]


@pytest.mark.parametrize(
    "command", [("retry", "a"), ("forget", "a*"), ("announce", "a"), ("reconcile",)]
)
def test_a_component_that_does_not_run_cannot_do_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """And nobody else does it in its place."""
    fill(tmp_path, Device("a", DeviceState.FAILED, NOW))
    before = (tmp_path / "associations.sqlite3").read_bytes()
    ran = run(tmp_path, *command)
    assert (ran.exit_code, ran.out) == (NOT_RUNNING, "")
    assert "does not run" in ran.errors
    assert "Only a running component can do this" in ran.errors
    assert (tmp_path / "associations.sqlite3").read_bytes() == before


def test_a_component_of_another_version_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that may not be asked, and one that has just ended."""
    for error, exit_code in (
        (client.ChannelVersionError("another"), OTHER_VERSION),
        (client.NotAllowedError("not you"), UNREADABLE),
        (client.ChannelError("gone"), WRONG),
    ):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(changes, "ask", fail)
        ran = run(tmp_path, "reconcile")
        assert (ran.exit_code, ran.errors) == (exit_code, f"associator: {error}\n")


@pytest.mark.parametrize(
    "command",
    [
        ("retry",),
        ("forget",),
        ("announce",),
        ("announce", "a*"),
        ("forget", "a["),
        ("reconcile", "a"),
    ],
)
def test_arguments_that_make_no_sense(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Nobody is asked."""
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, *command)
    assert ended.value.code == USAGE
