"""What is said of an error of the nucleus's."""

import pytest

from client_device_associator.nucleus.ipc import _translate
from client_device_associator.nucleus.rpc_errors import ResponseError


def test_an_error_does_not_say_who_the_component_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A nucleus may quote what it was shown; the rest of its words stays."""
    monkeypatch.setenv("SVCUID", "ABCDEFGH12345678")
    error = ResponseError("UnauthorizedError", "nobody knows ABCDEFGH12345678 here")
    assert str(_translate(error)) == "UnauthorizedError: nobody knows … here"


def test_an_error_without_words_has_a_name_at_least() -> None:
    """Something is to be read in every case."""
    assert str(_translate(ResponseError("ServiceError", None))) == "ServiceError"
