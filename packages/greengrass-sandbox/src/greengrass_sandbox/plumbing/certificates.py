"""The certificates that the machine trusts."""

import ssl
from pathlib import Path


def copy_system_certificates(target: Path) -> None:
    """Write them to a file, which is empty if the machine has none where OpenSSL looks."""
    system = Path(ssl.get_default_verify_paths().cafile or "")
    target.write_bytes(system.read_bytes() if system.is_file() else b"")
