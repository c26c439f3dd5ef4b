"""The component that asks AWS, on a core device of each kind."""


def test_it_tells_who_is_associated(deploy, bus, cloud):
    """With credentials of token exchange, and a call that the cloud has counted."""
    cloud.add_things("sensor-1", "sensor-2")
    cloud.associate("sensor-1", "sensor-2")
    deploy("recipe.yaml", "artifacts")
    bus.publish("roster/get", {})
    assert bus.expect("roster/devices").json() == {"devices": ["sensor-1", "sensor-2"]}
    assert [call.status for call in cloud.calls] == [200]


def test_an_outage_delays_the_answer(deploy, bus, cloud):
    """Until the cloud is back; the question is not asked again."""
    cloud.add_things("sensor-1")
    cloud.associate("sensor-1")
    deploy("recipe.yaml", "artifacts", {"retrySeconds": 0.1})
    with cloud.failing("outage"):
        bus.publish("roster/get", {})
        assert "greengrass" in bus.expect("roster/problem").json()["error"]
    assert bus.expect("roster/devices").json() == {"devices": ["sensor-1"]}
