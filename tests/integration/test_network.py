"""The component asks, and nobody can ask it but through the nucleus."""

import socket

import psutil

from greengrass_sandbox.core_device import CoreDevice
from integration.conftest import Start
from integration.test_process import start_a_call_that_hangs


def open_doors(pid: int) -> list[object]:
    """Sockets of a process at which somebody else could begin to talk to it.

    TCP that listens; UDP that is bound and talks to nobody in particular; Unix sockets that listen
    have a path, which those of a client have not.
    """
    process = psutil.Process(pid)
    return [
        one
        for one in process.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN or (one.type == socket.SOCK_DGRAM and not one.raddr)
    ]


def test_what_the_others_look_for_can_be_seen() -> None:
    """Of this very process: TCP and UDP, on this machine alone and for all."""
    mine = psutil.Process().pid
    before = len(open_doors(mine))
    with (
        socket.create_server(("127.0.0.1", 0)),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.1", 0))
        assert len(open_doors(mine)) == before + 2


def test_nothing_listens_while_it_waits(start: Start) -> None:
    """A process that nobody has announced anything to."""
    associator = start()
    associator.wait_until_quiet()
    assert open_doors(associator.pid) == []


def test_nothing_listens_during_a_call(core: CoreDevice, start: Start) -> None:
    """Neither the component nor its worker, which is connected to the cloud."""
    associator, worker = start_a_call_that_hangs(core, start)
    assert worker.net_connections(kind="inet")
    assert open_doors(associator.pid) == []
    assert open_doors(worker.pid) == []
