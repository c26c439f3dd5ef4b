"""The git repository that a release is made of."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from release.errors import ReleaseError


def check_clean(root: Path) -> None:
    """Checks that the tree is what is committed: only that can be made again by others.

    Raises:
        ReleaseError: It is not, or there is no repository.
    """
    changed = _git(root, "status", "--porcelain").splitlines()
    if changed:
        some = ", ".join(line[3:] for line in changed[:3])
        raise ReleaseError(
            f"the tree has {len(changed)} changes that are not committed ({some}): commit them, or "
            "put them aside with git stash --include-untracked"
        )


def commit(root: Path, files: Sequence[str], message: str) -> None:
    """Commits files.

    Raises:
        ReleaseError: git refuses.
    """
    _git(root, "add", "--", *files)
    _git(root, "commit", "--quiet", "--message", message)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607 - the developer's git
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
