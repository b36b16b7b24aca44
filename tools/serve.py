"""A server of the built pages, for this machine alone."""

from __future__ import annotations

import functools
import http.server
import os

from tools import places
from tools.messages import Stop

PORT = 8000


class Handler(http.server.SimpleHTTPRequestHandler):
    """The built pages, never from a stale cache, and without a line per request."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
    }

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def open_server(port: int | None) -> http.server.ThreadingHTTPServer:
    """A server of build/html on the loopback address; raises Stop where the port asked for is taken.

    With no port asked for, the first free one from 8000 on.
    """
    handler = functools.partial(Handler, directory=str(places.build() / "html"))
    http.server.ThreadingHTTPServer.allow_reuse_address = os.name != "nt"  # there it would share a busy port
    for candidate in [port] if port is not None else range(PORT, PORT + 20):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            why = error.strerror or str(error)
        except OverflowError:
            raise Stop(f"A port is a number from 0 to 65535, not {port}.") from None
    if port is None:
        raise Stop(f"Ports {PORT} to {PORT + 19} are all taken: name one with --port.")
    other = port + 1 if port < 65535 else PORT
    raise Stop(
        f"Port {port} cannot be used ({why.lower()}): name another, as in python3 make.py book "
        f"--port {other}."
    )
