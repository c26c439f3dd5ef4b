"""Checksums of all files of a release, and a signature of them.

The signature is that of OpenSSH (`ssh-keygen -Y`), because whoever has a terminal can check it. One
by an Ed25519 key has no randomness in it: the same key and files give the same bytes.
"""

import hashlib
import subprocess
from pathlib import Path

from release.errors import ReleaseError

CHECKSUMS = "SHA256SUMS"
SIGNATURE = f"{CHECKSUMS}.sig"
NAMESPACE = "file"
"""What the signature is for; a signature for one purpose does not count for another."""

_KEY_TYPE = "ssh-ed25519"


def write_checksums(folder: Path) -> Path:
    """Writes SHA256SUMS for all files below a folder, in the form of `sha256sum`."""
    files = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files
    ]
    target = folder / CHECKSUMS
    target.write_text("".join(lines), encoding="utf-8")
    return target


def sign(checksums: Path, key: Path) -> Path:
    """Writes a detached signature beside the checksums.

    Args:
        checksums: What is signed.
        key: The private key's file, of type Ed25519; or the public one, if the ssh agent has it.

    Raises:
        ReleaseError: The key is of another type, or ssh-keygen refuses.
    """
    if not _is_public(key) and _KEY_TYPE not in _run("-y", "-f", str(key)).split():
        raise ReleaseError(f"{key} is no {_KEY_TYPE} key: other signatures differ each time")
    signature = checksums.with_name(SIGNATURE)
    signature.unlink(missing_ok=True)
    _run("-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(checksums))
    return signature


def _is_public(key: Path) -> bool:
    return key.read_text(encoding="utf-8").startswith(f"{_KEY_TYPE} ")


def _run(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["ssh-keygen", *arguments],  # noqa: S607 - the developer's OpenSSH
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise ReleaseError("there is no ssh-keygen: install OpenSSH 8.1 or newer") from error
    if done.returncode:
        raise ReleaseError(f"ssh-keygen: {done.stderr.strip()}")
    return done.stdout
