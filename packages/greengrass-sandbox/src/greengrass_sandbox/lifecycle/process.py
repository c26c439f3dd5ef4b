"""One process of a component, in a process group of its own."""

import asyncio
import contextlib
import os
import pwd
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from greengrass_sandbox.lifecycle.log import ComponentLog, OutputReader


class ComponentProcess:
    """A running step of a component. Made by `start`.

    Attributes:
        pid: The process's id, which is its group's too.
    """

    def __init__(self, process: asyncio.subprocess.Process, output: Sequence[OutputReader]) -> None:
        self._process = process
        self._output = output
        self.pid = process.pid

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        log: ComponentLog,
        user: str | None = None,
    ) -> "ComponentProcess":
        """Start a command; its output goes to the log as INFO, its errors as WARN.

        Args:
            command: The program and its arguments.
            directory: Where it starts.
            environment: All of it.
            log: Where its output goes.
            user: Who runs it; None: this process's own.

        Raises:
            OSError: The command cannot be run, or not as this user.
        """
        account = None if user is None else pwd.getpwnam(user)
        output = OutputReader(log, "INFO", "stdout"), OutputReader(log, "WARN", "stderr")
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=directory,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output[0].write_end,
                stderr=output[1].write_end,
                start_new_session=True,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
        except BaseException:
            for reader in output:
                reader.close()
            raise
        finally:
            for reader in output:
                reader.release_write_end()
        return cls(process, output)

    async def wait(self) -> int:
        """Wait for the process (not for children it left behind); returns its exit code.

        Everything that it wrote is in the log by then. The code is negative for a signal.
        """
        code = await self._process.wait()
        for reader in self._output:
            reader.read_available()
        return code

    async def stop(self, grace_seconds: float) -> int:
        """Send SIGTERM to the group, SIGKILL after the grace; returns the exit code.

        Children have the same grace: they count as gone when nobody holds the output pipes.
        """
        self.signal_group(signal.SIGTERM)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._all_gone(), grace_seconds)
        self.sweep()
        return await self._process.wait()

    async def _all_gone(self) -> None:
        await self._process.wait()
        for reader in self._output:
            await reader.ended.wait()

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and all of its group; nothing happens if all are gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    @property
    def has_survivors(self) -> bool:
        """Whether somebody still holds the output pipes: the process itself, or its children."""
        return not all(reader.ended.is_set() for reader in self._output)

    def sweep(self) -> None:
        """Kill what is left of the process's group, and let go of the pipes.

        Not to be called long after the last of the group is gone: the id may be another's by then.
        """
        self.signal_group(signal.SIGKILL)
        for reader in self._output:
            reader.read_available()
            reader.close()
