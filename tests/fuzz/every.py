"""All targets."""

from fuzz.target import Target
from fuzz.targets import bus, cloud, files, log, sandbox

TARGETS: tuple[Target, ...] = (
    *bus.TARGETS,
    *cloud.TARGETS,
    *files.TARGETS,
    *log.TARGETS,
    *sandbox.TARGETS,
)
