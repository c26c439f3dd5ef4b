from support.values import START, moment


def test_the_wall_shows_what_the_steady_clock_reckons() -> None:
    """A moment to come is shown on the wall clock as it stands, however far off that is."""
    now = moment(10, wall_ahead=-1_700_000_000)
    assert now.on_the_wall(START + 25) == now.wall + 15
