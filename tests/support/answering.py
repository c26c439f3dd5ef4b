"""A web server that answers every request in the same way, as token exchange or the cloud."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN_EXCHANGE_TOKEN = "of-the-nucleus"  # noqa: S105 - made up
SESSION_TOKEN = "a-session-token"  # noqa: S105 - made up
CREDENTIALS: Mapping[str, object] = {
    "AccessKeyId": "AKID",
    "SecretAccessKey": "a-secret-key",
    "Token": SESSION_TOKEN,
    "Expiration": "2099-01-01T00:00:00Z",
}


@dataclass
class Reply:
    """What a server answers to every request."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Server:
    """A server, and what it was asked."""

    url: str
    reply: Reply
    requests: list[Mapping[str, str]]
    first: list[Reply] = field(default_factory=list)
    """Answered once each, before `reply`."""


@contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    """A server on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer()

        def _answer(self) -> None:
            server.requests.append({**self.headers, "path": self.path})
            answered = server.first.pop(0) if server.first else server.reply
            self.send_response(answered.status)
            for name, value in answered.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answered.body)))
            self.end_headers()
            self.wfile.write(answered.body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://localhost:{http.server_port}", reply, [])
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def service_error(code: str, message: str = "no", **fields: Any) -> bytes:  # noqa: ANN401 - JSON
    """The body of a service's error."""
    return json.dumps({"__type": code, "message": message, **fields}).encode()
