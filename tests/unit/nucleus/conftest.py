from collections.abc import Iterator

import pytest

from support.nucleus_site import NucleusSite


@pytest.fixture
def site() -> Iterator[NucleusSite]:
    """A connection; leaves no thread behind."""
    one = NucleusSite()
    yield one
    one.connection.close()
    one.nucleus.close()
    one.wait_for_the_end()
