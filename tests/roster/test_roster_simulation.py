"""A modest number of seeds; `make simulate SEEDS=10000` runs as many as one likes."""

import pytest

from client_device_associator.core.operation import Operation
from client_device_associator.core.result import Status
from roster.moving import move_seed
from roster.run import run_seed
from support.thorough import repeats

SEEDS, MOVING_SEEDS = repeats(32, 96), repeats(16, 48)
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_cloud_journal_and_last_words_agree_in_the_end(part: int) -> None:
    """No seed ends with a device that is not where its last word wants it."""
    for seed in range(part, SEEDS, PARTS):
        run_seed(seed)


def test_every_operation_and_every_news_of_the_list_is_in_some_seed() -> None:
    """The seeds have associations, departures, lists, and devices that appear and vanish."""
    runs = [run_seed(seed) for seed in range(12)]
    assert {call[1] for run in runs for call in run.cloud.calls} == set(Operation)
    news = {result.status for run in runs for result in run.core.results}
    assert news >= {Status.VANISHED, Status.ASSOCIATED, Status.DISASSOCIATED, Status.FAILED}


@pytest.mark.parametrize("part", range(PARTS))
def test_each_device_belongs_to_the_hall_where_it_is(part: int) -> None:
    """Whatever it did before, and whatever became of the claims; and nobody goes too early."""
    for seed in range(part, MOVING_SEEDS, PARTS):
        move_seed(seed)


def test_devices_move_and_are_let_go_in_some_seed() -> None:
    """Or the seeds would show nothing."""
    halls = [hall for seed in range(4) for hall in move_seed(seed).halls.values()]
    assert any(hall.let_go_at for hall in halls)
    assert {call[1] for hall in halls for call in hall.cloud.calls} >= {
        Operation.ASSOCIATE,
        Operation.DISASSOCIATE,
    }
