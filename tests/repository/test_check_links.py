"""The look at the links, against a server of the test's own."""

import importlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


class Handler(BaseHTTPRequestHandler):
    """Answers by path, and notes what was asked and how much of it at once."""

    asked: ClassVar[list[str]] = []
    at_once: ClassVar[list[int]] = [0, 0]

    def do_HEAD(self) -> None:
        self.at_once[0] += 1
        self.at_once[1] = max(self.at_once)
        self.asked.append(f"{self.command} {self.path}")
        if self.path == "/silent":
            time.sleep(0.5)
        status = {"/gone": 404, "/moved": 302, "/round": 302, "/broken": 500}.get(self.path, 200)
        if self.command == "HEAD" and self.path == "/get-only":
            status = 405
        self.at_once[0] -= 1
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/here" if self.path == "/moved" else "/round")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, without its pauses."""
    monkeypatch.syspath_prepend(SCRIPTS)
    module = importlib.import_module("check_links")
    monkeypatch.setattr(module, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")
    return module


@pytest.fixture
def host() -> Iterator[str]:
    """The address of the server."""
    Handler.asked.clear()
    Handler.at_once[:] = [0, 0]
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def look(script: ModuleType, *addresses: str, seconds: float = 60.0) -> list[str]:
    """Return the failures in the order of the addresses, an empty text for none."""
    links = [script.Link(str(number), address) for number, address in enumerate(addresses)]
    found = script.failures(links, end=time.monotonic() + seconds)
    return [found.get(link, "") for link in links]


@pytest.mark.parametrize(
    ("path", "reason", "asked"),
    [
        ("/here", "", ["HEAD /here"]),
        ("/get-only", "", ["HEAD /get-only", "GET /get-only"]),
        ("/gone", "404 Not Found", ["HEAD /gone", "GET /gone"]),
        ("/broken", "500 Internal Server Error", ["HEAD /broken", "GET /broken"]),
    ],
)
def test_an_address_is_asked_once_or_twice(
    script: ModuleType, host: str, path: str, reason: str, asked: list[str]
) -> None:
    assert look(script, host + path) == [reason]
    assert Handler.asked == asked


def test_a_redirection_is_followed(script: ModuleType, host: str) -> None:
    assert look(script, f"{host}/moved") == [""]
    assert [asked.split()[1] for asked in Handler.asked] == ["/moved", "/here"]


def test_a_redirection_without_end_fails(script: ModuleType, host: str) -> None:
    (reason,) = look(script, f"{host}/round")
    assert reason.startswith("302 ")
    assert len(Handler.asked) < 30


def test_silence_and_a_closed_port_fail(
    script: ModuleType, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "TIMEOUT", 0.05)
    silent, closed = look(script, f"{host}/silent", "http://127.0.0.1:1/")
    assert "timed out" in silent
    assert "refused" in closed


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "ftp://127.0.0.1/", "nothing", "http://127.0.0.1:x/"]
)
def test_what_is_no_address_of_the_web_fails(script: ModuleType, address: str) -> None:
    (reason,) = look(script, address)
    assert reason


def test_a_host_is_asked_one_address_at_a_time(script: ModuleType, host: str) -> None:
    assert look(script, *[f"{host}/{number}" for number in range(30)]) == [""] * 30
    assert Handler.asked == [f"HEAD /{number}" for number in range(30)]
    assert Handler.at_once[1] == 1


def test_after_its_time_nothing_is_asked(script: ModuleType, host: str) -> None:
    assert look(script, f"{host}/here", seconds=0.0) == ["not asked: the time was over"]
    assert Handler.asked == []


def test_a_dead_link_is_listed_and_is_no_error(
    script: ModuleType,
    host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sources = tmp_path / "sources.csv"
    lines = ["source_id,url", f"b,{host}/gone", f"a,{host}/broken", f"c,{host}/here", "d,"]
    sources.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(script, "SOURCES", sources)
    script.main()
    assert capsys.readouterr().out.splitlines() == [
        "2 of 3 addresses did not answer.",
        "",
        "| source | address | what happened |",
        "|---|---|---|",
        f"| `a` | <{host}/broken> | 500 Internal Server Error |",
        f"| `b` | <{host}/gone> | 404 Not Found |",
    ]


def test_no_text_breaks_the_table(script: ModuleType) -> None:
    text = script.summary({script.Link("a", "http://x/|y"): "e\nf"}, 1)
    assert text.splitlines()[-1] == "| `a` | <http://x/%7Cy> | e f |"
