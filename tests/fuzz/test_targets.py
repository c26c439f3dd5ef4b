"""A short run of the fuzzing: what was kept, and some made-up inputs for each target."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.every import TARGETS
from fuzz.material import CORPUS
from fuzz.target import Target


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_what_was_kept_does_no_harm(target: Target) -> None:
    """Seeds, and inputs that have found something once."""
    for data in (b"", *target.inputs()):
        target.run(data)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_made_up_inputs_do_no_harm(target: Target) -> None:
    """`make fuzz` tries far more of them."""

    @settings(max_examples=target.examples, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400))
    def run(data: bytes) -> None:
        target.run(data)

    run()


def test_the_corpus_belongs_to_targets() -> None:
    """What is kept for a target that was renamed would never be tried."""
    assert {path.name for path in CORPUS.iterdir()} <= {target.name for target in TARGETS}
