from client_device_associator.command.changed_settings import changed_settings
from integration.associator import default_configuration


def test_the_recipes_configuration_changes_nothing() -> None:
    """But for what the nucleus reads of it."""
    changed = changed_settings(default_configuration())
    assert {key.split(".")[0] for key in changed} <= {"accessControl"}


def test_changes_are_found_at_any_depth() -> None:
    """In the order of their keys; keys that are no option are shown as they are."""
    document = {
        "trustSeconds": 60,
        "batching": {"maxSize": 100, "maxWaitSeconds": 2},
        "admission": {"allow": {"lamps": "lamp-*"}, "deny": {}},
        "unknown": [1],
    }
    changed = changed_settings(document)
    assert changed == {
        "admission.allow.lamps": "lamp-*",
        "admission.deny": {},
        "batching.maxWaitSeconds": 2,
        "trustSeconds": 60,
        "unknown": [1],
    }
    assert list(changed) == sorted(changed)


def test_a_value_is_the_same_in_another_spelling() -> None:
    """Nucleus lite makes strings of numbers and booleans, the classic one doubles of numbers."""
    document = {
        "trustSeconds": "3600",
        "batching": {"maxSize": 100.0},
        "results": {"receipts": "false"},
        "deploymentVeto": True,
    }
    assert changed_settings(document) == {"deploymentVeto": True}
