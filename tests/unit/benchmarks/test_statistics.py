from benchmarks.measures.statistics import Summary, growth, ratio, summary


def test_several_figures_have_a_median_and_a_spread() -> None:
    """The median is not the mean, and both ends are kept."""
    assert summary([9.0, 1.0, 2.0]) == Summary(2.0, 1.0, 9.0, 3)


def test_no_figures_have_no_summary() -> None:
    """What was not measured is not zero."""
    assert summary([]) is None


def test_a_ratio_is_that_of_the_medians() -> None:
    """One outlier on either side changes nothing."""
    assert ratio([4.0, 6.0, 100.0], [0.1, 3.0, 3.0]) == 2.0


def test_a_ratio_to_nothing_is_unknown() -> None:
    """Neither to no figures nor to zero, nor of no figures."""
    assert ratio([1.0], []) is None
    assert ratio([], [1.0]) is None
    assert ratio([1.0], [0.0]) is None


def test_growth_is_from_the_smallest_size_to_the_largest() -> None:
    """In whatever order they were measured; sizes without figures do not count."""
    assert growth([(1000, [6.0]), (10, [2.0]), (100, [9.0]), (10_000, [])]) == 3.0


def test_growth_needs_two_sizes() -> None:
    """One size says nothing."""
    assert growth([(10, [2.0]), (100, [])]) is None
