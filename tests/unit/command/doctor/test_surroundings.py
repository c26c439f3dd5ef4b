"""The environment of the component's process."""

import os
import subprocess
import sys

from client_device_associator.command.doctor.surroundings import environment_of


def test_the_environment_of_a_process_is_read() -> None:
    """As it was at its start."""
    with subprocess.Popen(
        [sys.executable, "-c", "print('here', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"AWS_REGION": "eu-central-1", "EMPTY": "", "TWO": "a=b"},
    ) as process:
        assert process.stdout is not None
        # Before its first line, it may have only just become another program.
        process.stdout.readline()
        found = environment_of(process.pid)
        process.communicate(b"\n")
    assert found is not None
    assert {name: found.get(name) for name in ("AWS_REGION", "EMPTY", "TWO")} == {
        "AWS_REGION": "eu-central-1",
        "EMPTY": "",
        "TWO": "a=b",
    }


def test_a_process_that_is_gone_has_none() -> None:
    """Nor one that is not known."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert environment_of(process.pid) is None
    assert environment_of(None) is None
    assert environment_of(os.getpid()) is not None
