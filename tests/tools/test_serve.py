"""The server of the built pages: its port, and what it shows."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_project import done, sentence

from tools import places, serve


def test_a_busy_port_is_said_before_any_work(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert done(["book", "--port", str(port)]) == 1
        assert f"Port {port} cannot be used" in sentence(capsys.readouterr().out)
        assert not (project / ".venv").exists()
    serve.open_server(port).server_close()  # free again, it is taken


def test_with_no_port_asked_for_the_next_free_one_is_taken(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setattr(serve, "PORT", busy.getsockname()[1])
        server = serve.open_server(None)
        assert server.server_address[0] == "127.0.0.1"
        assert serve.PORT < server.server_address[1] < serve.PORT + 20
        server.server_close()
    assert done(["book", "--port", "70000"]) == 1
    assert "0 to 65535" in sentence(capsys.readouterr().out)


@pytest.fixture
def get(project: Path) -> Iterator[Callable[[str], tuple[int, bytes]]]:
    """get(path): the status and the body that the server of build/html answers."""
    (places.build() / "html" / "notebooks").mkdir(parents=True)
    server = serve.open_server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def asked(path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    yield asked
    server.shutdown()
    server.server_close()


def test_the_server_shows_pages_and_lists_no_folder(
    project: Path, get: Callable[[str], tuple[int, bytes]]
) -> None:
    secret = places.build() / "html" / "notebooks" / "secret.html"
    secret.write_text("a page", encoding="utf-8")
    for path in ("/", "/notebooks/"):
        status, body = get(path)
        assert status == 404 and b"secret" not in body
    assert get("/notebooks/secret.html") == (200, b"a page")
    for folder in ("", "notebooks/"):
        (places.build() / "html" / folder / "index.html").write_text("the index", encoding="utf-8")
        assert get("/" + folder) == (200, b"the index")
    assert get("/notebooks/../../set-up.log")[0] == 404
