"""Which nucleus this is, and which other components that matter are on the core device."""

from collections.abc import Iterator, Mapping
from typing import Any

from client_device_associator.command.component_state import ComponentState
from client_device_associator.command.doctor.finding import Finding, ok, unknown, wrong
from client_device_associator.command.doctor.nucleus_root import (
    CLOUDWATCH,
    NEIGHBOURS,
    Kind,
    NucleusRoot,
    kind_of,
)
from client_device_associator.command.work_directory import COMPONENT
from client_device_associator.configuration.settings import Settings

Deployed = Mapping[str, Mapping[str, Any]]
"""What the nucleus' record says, see `NucleusRoot.deployed`."""

_KINDS = {Kind.CLASSIC: "classic", Kind.LITE: "nucleus lite", None: "of a kind that is not known"}
_CLASSIC_RECORD = "run this command as root: the folder 'config' of the nucleus is root's alone"
_LITE_RECORD = "look at the deployment in the console"


def check_nucleus_version(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Which nucleus has started the component."""
    version = environment.get("GGC_VERSION") or "not said"
    yield ok("nucleus", f"{_KINDS[kind_of(environment)]}, version {version}")


def check_neighbours(
    deployed: Deployed | None,
    root: NucleusRoot | None,
    kind: Kind | None,
    settings: Settings | None,
) -> Iterator[Finding]:
    """The other components that matter.

    Args:
        deployed: What the nucleus' record says; None if it is not seen.
        root: Of the nucleus.
        kind: Which one it is.
        settings: In effect; None if they are not known.
    """
    what = "components"
    if deployed is None:
        found = [
            f"{name} {', '.join(versions)}"
            for name in NEIGHBOURS
            if root and (versions := root.on_disk(name))
        ]
        here = "; artifacts are here of " + "; ".join(found) if found else ""
        remedy = _LITE_RECORD if kind is Kind.LITE else _CLASSIC_RECORD
        yield unknown(what, f"which others are deployed cannot be seen{here}", remedy)
        return
    names = [f"{name} {_version(deployed, name)}" for name in NEIGHBOURS if name in deployed]
    yield ok(what, "; ".join(names) or "no other that matters here")
    if settings and settings.metrics.to_cloudwatch and CLOUDWATCH not in deployed:
        yield wrong(
            "metrics",
            f"metrics.cloudWatch is on, and {CLOUDWATCH} is not deployed: nobody takes them",
            f"deploy {CLOUDWATCH}, or set metrics.cloudWatch to false",
        )


def check_deployed_version(deployed: Deployed | None, state: ComponentState) -> Iterator[Finding]:
    """Whether the version that runs is the one that was deployed last."""
    if deployed is None or COMPONENT not in deployed:
        return
    version, running = _version(deployed, COMPONENT), state.text("version")
    if version == running:
        yield ok("deployment", f"version {version} of the component is deployed, and runs")
    else:
        yield wrong(
            "deployment",
            f"version {version} of the component is deployed, and {running} runs",
            "wait for the end of the deployment; if there is none, have the nucleus start the"
            " component again (greengrass-cli component restart)",
        )


def _version(deployed: Deployed, name: str) -> str:
    return str(deployed[name].get("version") or "of an unknown version")
