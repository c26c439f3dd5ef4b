from benchmarks.report.machine import processor_in

CPUINFO = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nflags\t\t: fpu\nmodel name\t: Other\n"


def test_the_processor_is_named_as_the_kernel_names_it() -> None:
    """The first of them; architectures without a name have none."""
    assert processor_in(CPUINFO) == "Some CPU @ 2.00GHz"
    assert processor_in("processor : 0\nBogoMIPS : 48.00\n") == ""
