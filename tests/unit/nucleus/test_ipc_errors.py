"""What is said of an error of the IPC library."""

import pytest
from awsiot.greengrasscoreipc import model

from client_device_associator.nucleus.ipc import _translate


def test_an_error_does_not_say_who_the_component_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A nucleus may quote what it was shown; the rest of its words stays."""
    monkeypatch.setenv("SVCUID", "ABCDEFGH12345678")
    error = model.UnauthorizedError(message="nobody knows ABCDEFGH12345678 here")
    assert str(_translate(error)) == "UnauthorizedError: nobody knows … here"
