import os
from pathlib import Path

import pytest

from client_device_associator.cloud.worker_environment import worker_environment

NEEDED = {
    "AWS_CA_BUNDLE": "/ca",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:1/",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": "http://localhost:2",
    "AWS_ENDPOINT_URL_GREENGRASSV2": "http://localhost:3",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_REGION": "eu-central-1",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "GG_ROOT_CA_PATH": "/rootCA.pem",
    "GLIBC_TUNABLES": "x",
    "HTTPS_PROXY": "http://proxy",
    "HTTP_PROXY": "http://proxy",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "LC_CTYPE": "C.UTF-8",
    "LD_LIBRARY_PATH": "/opt/lib",
    "LD_PRELOAD": "",
    "MALLOC_ARENA_MAX": "1",
    "NO_PROXY": "localhost",
    "OPENSSL_CONF": "/etc/ssl/openssl.cnf",
    "OPENSSL_MODULES": "/opt/modules",
    "PATH": "/bin",
    "PYTHONUTF8": "1",
    "REQUESTS_CA_BUNDLE": "/ca",
    "SSL_CERT_DIR": "/certs",
    "SSL_CERT_FILE": "/ca",
    "TZ": "UTC",
    "TZDIR": "/zones",
    "all_proxy": "http://proxy",
    "http_proxy": "http://proxy",
    "https_proxy": "http://proxy",
    "no_proxy": "localhost",
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_it_needs_is_handed_on(name: str) -> None:
    """As it is."""
    assert worker_environment({name: NEEDED[name]})[name] == NEEDED[name]


@pytest.mark.parametrize(
    "name",
    [
        "SVCUID",
        "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_DEFAULTS_MODE",
        "AWS_MAX_ATTEMPTS",
        "AWS_PROFILE",
        "AWS_RETRY_MODE",
        "DATABASE_PASSWORD",
        "HOME",
        "SSLKEYLOGFILE",
    ],
)
def test_nothing_else_is(name: str) -> None:
    """Who the component is at the nucleus, credentials and settings of others, keys in files."""
    assert name not in worker_environment({**NEEDED, name: "x"})


def test_files_of_others_are_not_looked_at() -> None:
    """They may be damaged, unreadable, or name another account."""
    environment = worker_environment({"AWS_CONFIG_FILE": "x", "AWS_SHARED_CREDENTIALS_FILE": "x"})
    assert Path(environment["AWS_CONFIG_FILE"]) == Path(os.devnull)
    assert Path(environment["AWS_SHARED_CREDENTIALS_FILE"]) == Path(os.devnull)


@pytest.mark.parametrize("everything", ["ALL_PROXY", "all_proxy"])
def test_a_proxy_for_everything_is_one_for_https(everything: str) -> None:
    """Unless there is one for HTTPS itself, in whatever case; without any there is none."""
    assert worker_environment({everything: "http://all"})["HTTPS_PROXY"] == "http://all"
    for own in ("HTTPS_PROXY", "https_proxy"):
        environment = worker_environment({everything: "http://all", own: "http://own"})
        found = {environment.get("HTTPS_PROXY"), environment.get("https_proxy")}
        assert found <= {"http://own", None}
    assert "HTTPS_PROXY" not in worker_environment({})


def test_the_package_is_found_before_what_was_on_the_path() -> None:
    """A nucleus sets no PYTHONPATH that a worker could rely on."""
    packages = str(Path(__file__).resolve().parents[3] / "src")
    assert worker_environment({})["PYTHONPATH"] == packages
    own = {"PYTHONPATH": "/other"}
    assert worker_environment(own)["PYTHONPATH"] == f"{packages}{os.pathsep}/other"
