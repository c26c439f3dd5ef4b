"""Which certificates pip trusts on a device."""

from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT_CERTIFICATES = "GG_ROOT_CA_PATH"
_CHOSEN_BY_SOMEBODY = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def write_certificates(
    target: Path, usual: Sequence[Path], environment: Mapping[str, str]
) -> Path | None:
    """Write a file with the usual certificates and those that the nucleus trusts.

    A proxy that opens TLS connections signs with a CA of its own, which the nucleus has been given
    together with Amazon's. A package index has neither: so it is both, not one of them.

    Args:
        target: The file to write.
        usual: Files of certificates that pip or the system trusts.
        environment: Of this process.

    Returns:
        The file; None if there is nothing to add, or somebody has chosen certificates for pip.

    Raises:
        OSError: It cannot be written.
    """
    given = environment.get(ROOT_CERTIFICATES)
    if not given or any(environment.get(name) for name in _CHOSEN_BY_SOMEBODY):
        return None
    added = _read(Path(given))
    if not added:
        return None
    parts = [part for path in usual if (part := _read(path))]
    target.write_bytes(b"\n".join([*parts, added]))
    return target


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
