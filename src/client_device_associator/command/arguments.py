"""The command line: which commands and options there are."""

import argparse
from typing import Any


class Arguments(argparse.ArgumentParser):
    """A parser that knows its own arguments, for the shell's completion.

    Attributes:
        described: Each argument, in order.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        self.described: list[argparse.Action] = []
        super().__init__(*arguments, **options)

    def add_argument(self, *arguments: Any, **options: Any) -> argparse.Action:  # noqa: ANN401 - argparse's own
        """Adds one, as argparse does."""
        action = super().add_argument(*arguments, **options)
        self.described.append(action)
        return action
