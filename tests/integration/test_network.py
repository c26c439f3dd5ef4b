"""The component asks, and nobody can ask it but through the nucleus, and its own user."""

import os
import socket
import stat

import psutil

from client_device_associator.work_files import SOCKET
from greengrass_sandbox import CoreDevice
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


def unix_doors(pid: int) -> list[str]:
    """The paths of Unix sockets of a process that have one: those of a client have none."""
    sockets = psutil.Process(pid).net_connections(kind="unix")
    return [path for one in sockets if (path := str(one.laddr))]


def test_the_only_door_is_a_socket_of_its_own_user(core: CoreDevice, start: Start) -> None:
    """For commands; the worker, which has credentials, does not have it."""
    associator, worker = start_a_call_that_hangs(core, start)
    assert unix_doors(associator.pid) == [f"{SOCKET}.{associator.pid}"]
    assert unix_doors(worker.pid) == []
    (place,) = associator.work.glob(f"{SOCKET}*")
    status = place.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, os.geteuid())
