"""What the worker process is given of the environment, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

_FROM_THE_NUCLEUS = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "GG_ROOT_CA_PATH",
)
"""Not SVCUID and the socket: the worker has no business with the nucleus."""

_WHERE_THE_CLOUD_IS = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_GREENGRASSV2",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
)
"""botocore's own settings: a VPC endpoint, or one of those that some regions prescribe."""

_CERTIFICATES = (
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
)
"""The first two are botocore's; the others OpenSSL's, which a proxy that is reached by TLS is
checked with. OPENSSL_CONF may be the FIPS mode of a system."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

_TO_RUN_AT_ALL = (
    "PATH",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "GLIBC_TUNABLES",
    "MALLOC_ARENA_MAX",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TZDIR",
)
"""Whatever Python needs here it needs there. HOME is not among them: nothing in it is read."""

_NAMES = frozenset(
    (*_FROM_THE_NUCLEUS, *_WHERE_THE_CLOUD_IS, *_CERTIFICATES, *_PROXIES, *_TO_RUN_AT_ALL)
) | {name.lower() for name in _PROXIES}

_PYTHON_PREFIX = "PYTHON"
"""The interpreter's own settings, PYTHONPATH among them."""

_OTHERS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""Of somebody else: they need not be readable, and have settings that are not ours."""


def worker_environment(own: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment.

    So a process that holds credentials has neither the passwords that somebody has put into the
    environment of all components, nor variables that change what it does: other credentials,
    profiles, botocore's retries, SSLKEYLOGFILE (the keys of its connections in a file).

    Args:
        own: The environment of this process.
    """
    environment = {
        name: value
        for name, value in own.items()
        if name in _NAMES or name.startswith(_PYTHON_PREFIX)
    }
    environment.update(dict.fromkeys(_OTHERS_FILES, os.devnull))
    # botocore knows no proxy for everything.
    proxy = environment.get("ALL_PROXY") or environment.get("all_proxy")
    if proxy and not (environment.get("HTTPS_PROXY") or environment.get("https_proxy")):
        environment["HTTPS_PROXY"] = proxy
    packages = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [packages, own.get("PYTHONPATH")]))
    return environment
