"""The whole suite on each Python that is supported and at hand: `make matrix`.

    make matrix                                  # all of tests/
    make matrix VERSIONS=3.13 TESTS=tests/unit   # one of them, some tests

A version that this machine does not have is passed over, and said so.
"""

import os
from pathlib import Path

import nox

VERSIONS = ("3.10", "3.11", "3.12", "3.13")

nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True

# pyenv offers only those that are switched on.
_PYENV = sorted(Path.home().glob(".pyenv/versions/3.*/bin"))
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *map(str, _PYENV)])
# Of the environment that runs nox, which is not the one of the tests.
os.environ["PYENV_VERSION"] = ":".join(path.parent.name for path in _PYENV) or "system"


@nox.session(python=VERSIONS)
def tests(session: nox.Session) -> None:
    """The suite, with the locked libraries."""
    session.run_install(
        *("uv", "--quiet", "pip", "sync", "--require-hashes", "tests/requirements.txt")
    )
    session.install(
        *("--no-deps", "--no-build-isolation", "--editable", "."),
        *("--editable", "packages/greengrass-sandbox"),
    )
    session.run("python", "-m", "pytest", "-n", "8", "--dist", "worksteal", "-q", *session.posargs)
