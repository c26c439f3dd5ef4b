"""Under which licences the libraries are, as SPDX expressions."""

import re
from collections.abc import Iterable, Mapping
from importlib import metadata

from release.errors import ReleaseError
from release.lock import Library

_SPDX: Mapping[str, str] = {
    "Apache-2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "MIT": "MIT",
    # python-dateutil: its LICENSE says Apache 2.0 for new, BSD for older contributions.
    "Dual License": "Apache-2.0 AND BSD-3-Clause",
}
"""What authors write in their metadata, and what it is."""

_REPOSITORY = re.compile(r"https://github\.com/[^/]+/[^/]+")

_LIST_HEAD = """\
# Licences

The component itself: Apache-2.0. The libraries that it needs on the core device:

| library | version | licence (SPDX) | source |
|---|---|---|---|
"""

_LIST_END = """
These are the words of the libraries' own metadata. All of them are pure Python. botocore has a copy
of six and of parts of requests (Apache-2.0).
"""


def license_of(library: Library) -> str:
    """The SPDX expression of a library that is installed here in the locked version.

    Raises:
        ReleaseError: Another version is installed, or its licence is not known yet.
    """
    found = _installed(library)
    expressions = found.get_all("License-Expression")
    words = (found.get_all("License") or [""])[0]
    expression = expressions[0] if expressions else _SPDX.get(words)
    if expression is None:
        raise ReleaseError(
            f"what is the licence {words[:40]!r} of {library.name}? Look, and add it to {__name__}"
        )
    return expression


def license_list(libraries: Iterable[Library]) -> str:
    """The list for people, in Markdown.

    Raises:
        ReleaseError: As `license_of`.
    """
    rows = [
        f"| {one.name} | {one.version} | {license_of(one)} | {_source_of(one)} |\n"
        for one in libraries
    ]
    return _LIST_HEAD + "".join(rows) + _LIST_END


def _installed(library: Library) -> metadata.PackageMetadata:
    found = metadata.metadata(library.name)
    if found["Version"] != library.version:
        raise ReleaseError(
            f"{library.name} {found['Version']} is installed here, and {library.version} is "
            "locked: run make setup"
        )
    return found


def _source_of(library: Library) -> str:
    found = metadata.metadata(library.name)
    urls = [*(found.get_all("Home-page") or [])]
    urls += [url.partition(", ")[2] for url in found.get_all("Project-URL") or []]
    sources = (match[0] for url in urls if (match := _REPOSITORY.match(url)))
    return next(sources, "see the package index")
