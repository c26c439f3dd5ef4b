"""Servers that say in their answers what they were asked with, as no service should."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MARK = "you have sent"
"""In every answer, so that a test knows that it came through."""

BODY = "Body"
"""Stands for the body among the headers."""

Headers = Mapping[str, str]
Manner = Callable[[Headers], tuple[int, str]]
"""From the headers of a request to a status and a body."""


class Echo:
    """A server.

    Args:
        url: Where it is.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.manner: Manner = lambda _: (500, MARK)


@contextmanager
def echoing() -> Iterator[Echo]:
    """A web server that answers in the manner that a test gives it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, sent: bytes = b"") -> None:
            status, text = echo.manner({**self.headers, BODY: sent.decode()})
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, _running(server):
        echo = Echo(f"http://localhost:{server.server_port}/")
        yield echo


@contextmanager
def refusing_proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that refuses everybody in the words in which it was asked.

    Yields its host and port, and how it was asked so far.
    """
    asked: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = []
            while line := self.rfile.readline().strip():
                lines.append(line.decode())
            asked.append(" ".join(lines))
            self.wfile.write(f"HTTP/1.1 407 {MARK} {asked[-1]}\r\n\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server, _running(server):
        yield f"127.0.0.1:{server.server_address[1]}", asked


def all_of(headers: Headers) -> str:
    """Every header, as a service shows them that disagrees about a signature."""
    return f"{MARK} " + " ".join(f"{name}: {value}" for name, value in headers.items())


def service_error(status: int, code: str, **members: object) -> Manner:
    """An error of the service whose message has all headers, and whose code may have one."""

    def answer(headers: Headers) -> tuple[int, str]:
        filled = {"SECURITY": headers.get("X-Amz-Security-Token", "")}
        document = {"__type": filled.get(code, code), "message": all_of(headers), **members}
        return status, json.dumps(document)

    return answer


def error_entries(headers: Headers) -> tuple[int, str]:
    """One for each device, and one for a device whose name is a secret."""
    words = all_of(headers)
    token = headers["X-Amz-Security-Token"]
    # A service that bounds its messages may cut a token off.
    cut = {"code": token[:100], "message": f"{token[100:200]}\n{token[200:300]} {MARK}"}
    entries = [{**device, **cut} for device in json.loads(headers[BODY])["entries"]]
    entries.append({"thingName": token[:128], "code": headers["Authorization"], "message": words})
    return 200, json.dumps({"errorEntries": entries})


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
