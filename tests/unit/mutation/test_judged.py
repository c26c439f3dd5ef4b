import pytest

from mutation.judged import Mutant, read_judged, read_mutant

DIFF = """--- src/client_device_associator/core/engine.py
+++ src/client_device_associator/core/engine.py
@@ -3,3 +3,3 @@
     now = 1
-        wait = 2
+        wait = 3
"""
STEP = Mutant("core.engine.Engine.step", ("wait = 2",), ("wait = 3",))


def test_a_mutant_is_known_by_its_function_and_its_change() -> None:
    """Not by its number, which other changes of the function move."""
    for number in (1, 12):
        name = f"client_device_associator.core.engine.xǁEngineǁstep__mutmut_{number}"
        assert read_mutant(name, DIFF) == STEP


def test_functions_outside_classes_have_their_own_names() -> None:
    """A leading underscore belongs to the name."""
    names = {
        "client_device_associator.core.enqueue.x_enqueue__mutmut_1": "core.enqueue.enqueue",
        "client_device_associator.core.enqueue.x__trusts__mutmut_2": "core.enqueue._trusts",
    }
    for name, function in names.items():
        assert read_mutant(name, DIFF).function == function


def test_a_judged_mutant_is_read_as_it_is_written() -> None:
    """With its reason, which may have several lines."""
    text = f"# a comment\n\n{STEP}\n= it is\n= equivalent\n\n\n{STEP.function}\n- a\n= so\n"
    assert read_judged(text) == {
        STEP: "it is equivalent",
        Mutant(STEP.function, ("a",), ()): "so",
    }


def test_nothing_is_judged_without_a_reason() -> None:
    """The function is named."""
    with pytest.raises(ValueError, match=r"core\.engine\.Engine\.step: no reason"):
        read_judged(str(STEP))
