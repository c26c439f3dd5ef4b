"""The component on a core device of each kind, classic and lite."""


def test_it_answers(deploy, bus):
    """A request on one topic, its answer on another."""
    deploy("recipe.yaml", "artifacts")
    bus.publish("hello/request", {"name": "Ada"})
    assert bus.expect("hello/response").json() == {"text": "Hello, Ada"}
