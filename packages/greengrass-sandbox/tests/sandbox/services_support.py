"""Others that ask for AWS services, and that play them."""

from http.server import BaseHTTPRequestHandler

from greengrass_sandbox.account import Account
from greengrass_sandbox.token_exchange.credentials import Credentials, issue


def core_credentials(account: Account, *, thing_name: str = "core") -> Credentials:
    """Those that a core device's token exchange would have given out."""
    credentials = issue(expires_at=float("inf"), thing_name=thing_name)
    account.trust({credentials.access_key_id: credentials}.get)
    return credentials


class Player(BaseHTTPRequestHandler):
    """A tiny server that keeps objects as S3 does, as far as a test needs it."""

    objects: dict[str, bytes]
    asked: list[str]

    def do_PUT(self) -> None:
        """Keep an object."""
        self._note()
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(200, b"")

    def do_GET(self) -> None:
        """Give an object."""
        self._note()
        self._send(200, self.objects[self.path.partition("?")[0]])

    def do_HEAD(self) -> None:
        """Tell about an object."""
        self.do_GET()

    def _note(self) -> None:
        self.asked.append(f"{self.command} {self.path} {self.headers['Host']}")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
        """Say nothing."""
