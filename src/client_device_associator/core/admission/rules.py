"""Rules over thing names: who is allowed, and who is denied all the same."""

from client_device_associator.core.admission.pattern import Pattern
from client_device_associator.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with a name of the operator's choice.

    Attributes:
        name: Its key in the configuration, by which deployments merge it.
        pattern: Which thing names it is about.
    """

    name: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Rules:
    """Deny rules win over allow rules.

    Attributes:
        where: The map of the configuration that holds them, for messages.
        allow: None if there is no such map, which allows everybody; an empty one allows nobody.
        deny: Those who are not admitted, whatever is allowed.
    """

    where: str
    allow: tuple[Rule, ...] | None = None
    deny: tuple[Rule, ...] = ()

    @property
    def admit_everybody(self) -> bool:
        """Whether there is no rule at all."""
        return self.allow is None and not self.deny

    def why_not(self, thing_name: str) -> str | None:
        """Why this name is not admitted, for a person; None if it is."""
        denied = _first(self.deny, thing_name)
        if denied is not None:
            return f"the rule '{denied.name}' of {self.where}.deny matches it"
        if self.allow is None or _first(self.allow, thing_name) is not None:
            return None
        return f"no rule of {self.where}.allow matches it"

    def admitting(self, thing_name: str) -> str | None:
        """The rule by which this name is admitted, by its keys; None if no rule was needed."""
        rule = _first(self.allow or (), thing_name)
        return None if rule is None else f"{self.where}.allow.{rule.name}"


EVERYBODY = Rules("")
"""No rule at all."""


def _first(rules: tuple[Rule, ...], thing_name: str) -> Rule | None:
    return next((rule for rule in rules if rule.pattern.matches(thing_name)), None)
