from benchmarks.load.results import Heard


def test_only_who_is_associated_has_been_waited_for() -> None:
    """Receipts and failures are results too."""
    heard = Heard()
    heard.note([{"thingName": "a", "status": "queued"}], 1.0)
    heard.note(
        [{"thingName": "a", "status": "associated"}, {"thingName": "b", "status": "failed"}], 2.0
    )
    assert heard.names == {"a"}
    assert heard.statuses == {"queued": 1, "associated": 1, "failed": 1}


def test_a_wait_ends_with_the_first_result() -> None:
    """In milliseconds; who was not announced, or has no result, has not waited."""
    heard = Heard()
    for name, came in (("a", 10.25), ("a", 11.0), ("stranger", 11.0)):
        heard.note([{"thingName": name, "status": "associated"}], came)
    assert heard.waits({"a": 10.0, "lost": 10.0}) == [250.0]
