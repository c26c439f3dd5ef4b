"""A proxy that opens TLS connections, as companies have them, with a package index behind it."""

import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "index.example"
INDEX = f"https://{HOST}/simple"


@dataclass
class Proxy:
    """A proxy at work.

    Attributes:
        url: For ``HTTPS_PROXY``.
        certificates: What must be trusted.
        asked: What it was asked for.
        lost: Distributions that the index does not have at present.
    """

    url: str
    certificates: Path
    asked: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    @property
    def files(self) -> list[str]:
        """The wheels that were asked for."""
        return [one.rpartition("/")[2] for one in self.asked if one.endswith(".whl")]


@contextmanager
def opening_proxy(folder: Path, wheels: Path) -> Iterator[Proxy]:
    """The proxy; every host behind it is a package index with these wheels.

    Args:
        folder: For its certificate.
        wheels: What the index has.
    """
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    openssl = shutil.which("openssl") or "openssl"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_CONNECT(self) -> None:
            proxy.asked.append(f"CONNECT {self.path}")
            self.send_response(200)
            self.end_headers()
            try:
                self.connection = context.wrap_socket(self.connection, server_side=True)
            except OSError:  # it does not trust us
                self.close_connection = True
                return
            self.rfile, self.wfile = (self.connection.makefile(mode) for mode in ("rb", "wb"))
            self.close_connection = False

        def do_GET(self) -> None:
            proxy.asked.append(f"GET {self.path}")
            file = wheels / self.path.rpartition("/")[2]
            if file.suffix == ".whl" and file.exists():
                self._answer(file.read_bytes(), "application/octet-stream")
                return
            name = re.sub(r"[-_.]+", "_", self.path.strip("/").rpartition("/")[2])
            if name in proxy.lost:
                self.send_error(503)
                return
            found = sorted(path.name for path in wheels.glob(f"{name}-*.whl"))
            links = "".join(f'<a href="/files/{one}">{one}</a>\n' for one in found)
            self._answer(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html")

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            if kind == "application/octet-stream":
                # As PyPI has it.
                self.send_header("Cache-Control", "max-age=365000000, immutable, public")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client went away."""

    server = Quiet(("127.0.0.1", 0), Handler)
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}", certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
