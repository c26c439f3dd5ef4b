"""The component on a core device of each kind, classic and lite."""


def test_it_answers(deploy, bus):
    """With the greeting that is configured, also when that changes while it runs."""
    deploy("recipe.yaml", "artifacts")
    bus.publish("hello/request", {"name": "Ada"})
    assert bus.expect("hello/response").json() == {"text": "Hello, Ada"}
