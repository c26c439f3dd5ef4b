"""A kind of nucleus: everything that a core device needs to be one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from greengrass_sandbox.lifecycle.conduct import Conduct
from greengrass_sandbox.nucleus.behaviour import Behaviour, Surroundings
from greengrass_sandbox.nucleus.figures import Figures
from greengrass_sandbox.recipe.dialect import Dialect
from greengrass_sandbox.token_exchange.manners import Manners

OwnConfiguration = Callable[[str, int], Mapping[str, Mapping[str, Any]]]
"""From the region ("" for none) and token exchange's port to the configuration of each part of the
nucleus that components can read, by the part's name."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A kind of nucleus. Take `CLASSIC` or `LITE`; `with_figures` makes a variant."""

    name: Literal["classic", "lite"]
    nucleus_version: str
    """What a component finds in GGC_VERSION."""
    figures: Figures
    behave: Callable[[Surroundings], Behaviour]
    """Makes what answers over IPC."""
    conduct: Conduct
    """How it treats the processes of components."""
    manners: Manners
    """How its token exchange answers."""
    dialect: Dialect
    """How it reads recipes."""
    own_configuration: OwnConfiguration
    writes_transaction_log: bool
    """Whether `config/config.tlog` says what is deployed."""
    gives_credentials_to_all: bool
    """Whether token exchange takes the SVCUID of each component, or only of those that depend on
    it."""

    def with_figures(self, **figures: Any) -> "Profile":  # noqa: ANN401 - the fields of Figures
        """A variant, for instance `LITE.with_figures(messages_per_second=850)`."""
        return replace(self, figures=replace(self.figures, **figures))

    def at_real_pace(self) -> "Profile":
        """One that passes on no more messages than a real one does."""
        return self.with_figures(messages_per_second=self.figures.real_messages_per_second)
