"""One run from its beginning to its end: whatever happens between, what was made is removed."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import boto3

from contract_probe.belongings import COUNT, Belongings, LeftBehindError, new_run
from contract_probe.calls import CONFIG, Calls, NoAnswerError, OutOfCallsError, StoppedError
from contract_probe.findings import Findings
from contract_probe.measures import (
    ask_about_pages,
    measure_hundred,
    measure_leaving,
    measure_rate,
)
from contract_probe.questions import Site, ask_about_associating, ask_about_disassociating

MAX_CALLS = 450
"""Of one run, in all, whatever happens."""

RESERVE = COUNT + 20
"""Kept for removing what was made."""

COMPLETE = "complete"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        ended: "complete", or why it is not.
        left_behind: What is left and how to remove it, or None.
    """

    ended: str
    left_behind: str | None = None


class Probe:
    """A run.

    Args:
        core: The thing name of a core device.
        region: Of AWS; None: as the SDK is configured.
        run_id: Of this run; None: a new one.
        sleep: Waits so many seconds.
        clock: Seconds, from any moment on.

    Attributes:
        calls: Set `calls.stop` to end it before its time.
        own: Its things.
    """

    def __init__(
        self,
        core: str,
        region: str | None,
        *,
        run_id: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls = Calls(MAX_CALLS, RESERVE, threading.Event(), sleep)
        session = boto3.Session(region_name=region)
        iot = session.client("iot", config=CONFIG)
        greengrass = session.client("greengrassv2", config=CONFIG)
        self.own = Belongings(core, run_id or new_run(), self.calls, iot, greengrass)
        self._made: list[str] = []
        self._site = Site(
            self.calls,
            greengrass,
            iot,
            self.own,
            Findings(
                {
                    "startedAt": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                    "region": greengrass.meta.region_name,
                }
            ),
            clock,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._site.iot.close()
        self._site.greengrass.close()

    def check_access(self) -> str | None:
        """Whether the core device's list can be read; None, or why not. Changes nothing.

        Raises:
            NoAnswerError: The service cannot be reached.
        """
        answer = self._site.page(maxResults=1)
        return None if answer.is_ok else f"{answer.code}: {answer.body.get('message', '')}"

    def ask_everything(self, output: Path, say: Say) -> Outcome:
        """Asks all questions, removes what was made, and writes the findings.

        Args:
            output: Where to.
            say: Takes lines about what happens.
        """
        ended = COMPLETE
        left_behind = None
        try:
            self._ask(say)
        except (StoppedError, OutOfCallsError, NoAnswerError, PermissionError) as error:
            ended = str(error)
        finally:
            say(f"removing {len(self._made)} things")
            left_behind = self.clean(self._made)
            text = self._site.findings.text(calls=self.calls.made, ended=ended)
            output.write_text(text, encoding="utf-8")
        return Outcome(ended, left_behind)

    def clean(self, names: list[str] | None = None) -> str | None:
        """Removes things of this run, all that there may be by default; None, or what is left."""
        try:
            self.own.remove(self.own.names if names is None else names)
        except LeftBehindError as error:
            return str(error)
        return None

    def _ask(self, say: Say) -> None:
        say(f"making {COUNT} things, {self.own.names[0]} and so on")
        for name in self.own.make():
            self._made.append(name)
        for ask in (
            measure_hundred,
            ask_about_pages,
            measure_leaving,
            ask_about_associating,
            ask_about_disassociating,
            measure_rate,
        ):
            say(f"{ask.__name__.replace('_', ' ')}: {self.calls.made} calls so far")
            ask(self._site)
