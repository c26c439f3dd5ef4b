"""Which files of a wheel a core device needs.

botocore describes every service of AWS: 28 of its 31 MB. The component calls one service, so of the
libraries that a package brings the descriptions of the others are left out. All code stays, and so
does what is common to all services: endpoints, partitions, defaults and retries.
"""

SERVICES = frozenset({"greengrassv2"})
"""What the component calls."""

_SERVICE_DATA = ("botocore", "data")
_DEPTH_OF_COMMON_FILES = 3


def is_needed(name: str) -> bool:
    """Whether a file is to be in the package.

    Args:
        name: As in the wheel, such as ``botocore/data/s3/2006-03-01/service-2.json.gz``.
    """
    parts = tuple(name.split("/"))
    if parts[0].endswith(".data"):
        # Commands for a shell. A wheel that has anything else there is refused.
        return False
    if parts[:2] != _SERVICE_DATA or len(parts) == _DEPTH_OF_COMMON_FILES:
        return True
    return parts[2] in SERVICES
