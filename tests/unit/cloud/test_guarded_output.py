import io

from client_device_associator.cloud.guarded_output import GuardedOutput


def guarded() -> tuple[GuardedOutput, io.StringIO]:
    """Output that keeps "secret" to itself, and where it goes."""
    output = io.StringIO()
    return GuardedOutput(output, lambda line: line.replace("secret", "…")), output


def test_a_line_that_comes_in_pieces_is_looked_at_as_a_whole() -> None:
    """Python writes a traceback bit by bit."""
    guard, output = guarded()
    for piece in ("one sec", "ret\ntwo ", "three\nrest"):
        assert guard.write(piece) == len(piece)
    assert output.getvalue() == "one …\ntwo three\n"


def test_what_could_deceive_a_reader_is_escaped() -> None:
    """It may quote what came from outside, and goes into the log as it is."""
    guard, output = guarded()
    guard.write("a\r\x1b[2Jb\n")
    assert output.getvalue() == "a\\x0d\\x1b[2Jb\n"


def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    """Memory is bounded."""
    guard, output = guarded()
    for _ in range(5):
        guard.write("x" * 4_000)
    assert output.getvalue() == "x" * 12_000 + "\n"


def test_print_and_tracebacks_can_write_to_it() -> None:
    """It is a text stream like any other."""
    guard, output = guarded()
    print("a secret", file=guard, flush=True)
    assert output.getvalue() == "a …\n"
