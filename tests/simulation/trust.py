"""What the journal believes for a while without asking the cloud."""

from client_device_associator.core.life import DeviceState

TRUSTED = (DeviceState.ASSOCIATED, DeviceState.LEFT)


class Trust:
    """Who is associated, or has left, as far as the journal knows, and since when.

    Attributes:
        since: Steady seconds for each device, by what is believed of it.
        before: The same of those that were trusted when this turn began, and are not any more.
    """

    def __init__(self) -> None:
        self.since: dict[DeviceState, dict[str, float]] = {one: {} for one in TRUSTED}
        self.before: dict[tuple[DeviceState, str], float] = {}

    def find(self, state: DeviceState, name: str) -> float | None:
        """Since when a device is in a state, or was until this turn."""
        return self.since[state].get(name, self.before.get((state, name)))

    def begin(self, state: DeviceState, name: str, since: float) -> None:
        """From now on it is trusted, if it is in a state for that."""
        if state in self.since:
            self.since[state][name] = since

    def expire(self, before: float, *, associated: bool) -> None:
        """What is too old may be forgotten by now."""
        for state, trusted in self.since.items():
            if associated or state is not DeviceState.ASSOCIATED:
                self.since[state] = {one: at for one, at in trusted.items() if at >= before}

    def end(self, name: str) -> None:
        """It is trusted no more."""
        for state, trusted in self.since.items():
            since = trusted.pop(name, None)
            if since is not None:
                self.before[state, name] = since
