"""All targets."""

from fuzz.target import Target
from fuzz.targets import bus, cloud, commands, doctor, files, ipc, log, sandbox

TARGETS: tuple[Target, ...] = (
    *bus.TARGETS,
    *cloud.TARGETS,
    *commands.TARGETS,
    *doctor.TARGETS,
    *files.TARGETS,
    *ipc.TARGETS,
    *log.TARGETS,
    *sandbox.TARGETS,
)
