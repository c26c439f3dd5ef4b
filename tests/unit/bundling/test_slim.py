"""botocore without the descriptions of services that the component does not call."""

import json
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from bundling.slim import SERVICES, is_needed
from client_device_associator.cloud.service_data import SERVICE
from support.answering import Reply, service_error, serving
from support.documents import ROOT, read

LIBRARIES = ("botocore", "jmespath", "python-dateutil", "six", "urllib3")

PROBE = Path(__file__).with_name("slim_probe.py")


def tree(folder: Path) -> Path:
    """The libraries as an install leaves them, each file a link."""
    for name in LIBRARIES:
        distribution = metadata.distribution(name)
        for file in distribution.files or ():
            if ".." in file.parts or "__pycache__" in file.parts or not is_needed(file.as_posix()):
                continue
            target, source = folder / file, Path(str(distribution.locate_file(file)))
            if not target.parent.exists():
                target.parent.mkdir(parents=True)
                # Compiling takes longer than all the rest.
                if (source.parent / "__pycache__").is_dir() and target.parent != folder:
                    (target.parent / "__pycache__").symlink_to(source.parent / "__pycache__")
            target.symlink_to(source)
    return folder


def probe(folder: Path, what: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a Python that has nothing but these libraries finds out."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-B", PROBE, folder, what, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_EC2_METADATA_DISABLED": "true"},
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slim libraries."""
    return tree(tmp_path_factory.mktemp("slim"))


def test_it_is_the_services_that_the_component_calls() -> None:
    """Whoever calls another one must say so there."""
    texts = [read(path) for path in (ROOT / "src" / "client_device_associator").rglob("*.py")]
    called = re.findall(r"\.create_client\(\s*(\S+?),", "\n".join(texts))
    assert called == ["SERVICE"]
    assert {SERVICE} == SERVICES


def test_all_code_and_all_common_data_stays() -> None:
    """Only descriptions of other services, and commands for a shell, are left out."""
    distribution = metadata.distribution("botocore")
    names = [file.as_posix() for file in distribution.files or () if ".." not in file.parts]
    left_out = [name for name in names if not is_needed(name)]
    assert len(left_out) > 1000
    assert all(re.match(r"botocore/data/[\w.-]+/", name) for name in left_out)
    assert not is_needed("jmespath-1.1.0.data/scripts/jp.py")
    for name in ("endpoints.json", "partitions.json", "_retry.json"):
        assert is_needed(f"botocore/data/{name}")
    assert is_needed("botocore/cacert.pem")


def test_endpoints_operations_and_retries_are_the_same(slim: Path) -> None:
    """In every region of every partition, with FIPS and dual stack, in every retry mode."""
    expected = probe(Path(sysconfig.get_path("purelib")), "facts")
    assert expected["services"] > len(SERVICES)
    found = probe(slim, "facts")
    assert found["services"] == len(SERVICES)
    assert len(found["endpoints"]) > 20
    assert {**found, "services": 0} == {**expected, "services": 0}


def test_calls_errors_and_retries_work(slim: Path) -> None:
    """Against a service that throttles first, and one that refuses."""
    reply = Reply(200, b'{"errorEntries": []}')
    with serving(reply) as server:
        server.first = [Reply(429, service_error("ThrottlingException", retryAfterSeconds=1))]
        found = probe(slim, "call", server.url)
        assert found == {"status": 200, "entries": [], "retries": 1}
        assert len(server.requests) == 2
        server.reply = Reply(403, service_error("AccessDeniedException", "not you"))
        assert probe(slim, "call", server.url) == {
            "exception": "AccessDeniedException",
            "modelled": True,
            "message": "not you",
        }


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server with a certificate that nobody has heard of: its URL, and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that does not trust it goes away."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"https://localhost:{server.server_port}", certificate
    server.shutdown()
    thread.join()
    server.server_close()


def test_tls_is_checked(slim: Path, secure_server: tuple[str, Path]) -> None:
    """A certificate that is trusted is taken, and another is not: botocore's own list is there."""
    url, certificate = secure_server
    assert probe(slim, "call", url, str(certificate)) == {
        "status": 200,
        "entries": None,
        "retries": 0,
    }
    assert probe(slim, "call", url)["exception"] == "SSLError"
