import pytest
from benchmarks.report.tables import cell, number


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (0.0, "0"),
        (0.123, "0.12"),
        (9.99, "9.99"),
        (12.34, "12.3"),
        (99.96, "100.0"),
        (1234.5, "1,234"),
    ],
)
def test_a_figure_has_as_many_digits_as_are_worth_reading(figure: float, text: str) -> None:
    """Three or four of them."""
    assert number(figure) == text


def test_a_cell_has_median_spread_and_ratio() -> None:
    """In this order."""
    assert cell([3.0, 2.0, 4.0], [1.5]) == "3.00 (2.00–4.00), 2.00×"  # noqa: RUF001 - as in tables


def test_a_cell_leaves_out_what_says_nothing() -> None:
    """No spread of equal figures, no ratio to nothing, no figure where none was measured."""
    assert cell([3.0, 3.0]) == "3.00"
    assert cell([3.001, 3.0]) == "3.00"
    assert cell([], [1.0]) == "–"  # noqa: RUF001 - as in tables
