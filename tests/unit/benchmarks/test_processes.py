import os
import subprocess
import sys

from benchmarks.measures.processes import (
    NOTHING,
    Memory,
    children,
    cpu_seconds,
    fields,
    memory_in,
    memory_of,
    voluntary_switches,
    written_bytes,
)

ROLLUP = """\
5584f0d00000-7fff5a750000 ---p 00000000 00:00 0                          [rollup]
Rss:               13312 kB
Pss:                7168 kB
Pss_Anon:           6864 kB
"""
STATUS = "Name:\tpython: 3\nThreads:\t4\nSpeculation_Store_Bypass:\tthread vulnerable\n"


def test_numbers_of_a_file_of_proc_are_read() -> None:
    """Lines without a number after the first colon are none."""
    assert fields(STATUS) == {"Threads": 4}


def test_memory_is_read_in_mebibytes() -> None:
    """Resident and proportional, and not the parts of them."""
    assert memory_in(ROLLUP) == Memory(rss=13.0, pss=7.0)


def test_memory_of_several_processes_is_their_sum() -> None:
    """Each kind for itself."""
    assert Memory(1.0, 2.0) + Memory(3.0, 4.0) == Memory(4.0, 6.0)


def test_a_process_that_has_ended_costs_nothing_more() -> None:
    """It may end between two looks."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert memory_of([ended.pid]) == NOTHING
    assert cpu_seconds(ended.pid) == 0.0
    assert voluntary_switches(ended.pid) == 0


def test_the_processes_that_a_process_has_started_are_found() -> None:
    """As long as they run."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children(os.getpid())
    assert child.pid not in children(os.getpid())


def test_this_process_costs_something() -> None:
    """The kernel's files are where they are looked for."""
    me = os.getpid()
    assert memory_of([me]).rss > memory_of([me]).pss > 0
    assert cpu_seconds(me) > 0
    assert voluntary_switches(me) >= 0
    assert written_bytes(me) >= 0
