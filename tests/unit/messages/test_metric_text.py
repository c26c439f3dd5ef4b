from client_device_associator.messages.metric_text import Family, metric_text


def test_the_format_is_that_of_prometheus() -> None:
    """Help and type before the samples, a line each, and a line feed at the end."""
    families = [
        Family("calls", "calls made", counts=True, samples=[((), 3)]),
        Family("failures", "by code", counts=True, samples=[((("code", "A"), ("b", "c")), 1)]),
        Family("queue_length", "those that wait", counts=False, samples=[((), 0)]),
        Family("oldest", "since when", counts=False, samples=[]),
    ]
    assert metric_text(families) == (
        "# HELP client_device_associator_calls_total calls made\n"
        "# TYPE client_device_associator_calls_total counter\n"
        "client_device_associator_calls_total 3\n"
        "# HELP client_device_associator_failures_total by code\n"
        "# TYPE client_device_associator_failures_total counter\n"
        'client_device_associator_failures_total{code="A",b="c"} 1\n'
        "# HELP client_device_associator_queue_length those that wait\n"
        "# TYPE client_device_associator_queue_length gauge\n"
        "client_device_associator_queue_length 0\n"
        "# HELP client_device_associator_oldest since when\n"
        "# TYPE client_device_associator_oldest gauge\n"
    )


def test_what_has_a_meaning_in_the_format_is_escaped() -> None:
    """Backslash and line feed everywhere, quotes in the values of labels alone."""
    odd = 'a\\b"c\nd'
    text = metric_text([Family("x", odd, counts=False, samples=[((("l", odd),), 1)])])
    assert '# HELP client_device_associator_x a\\\\b"c\\nd\n' in text
    assert 'client_device_associator_x{l="a\\\\b\\"c\\nd"} 1\n' in text
