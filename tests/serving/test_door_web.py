"""Web access: where a request goes, what comes back, how long it may take, and which requests `serve` answers."""

import ast
import gzip
import http.client
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpcore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import DATA, SmallSite

from generator.serving.server import Server, refusal
from generator.serving.workbench import Workbench
from generator.web.fetching import MAX_RESPONSE_BYTES, NotFetched, answers, fetch
from generator.web.network import Web, public

PUBLIC, HERE = "93.184.215.14", "127.0.0.1"


def lines(name: str) -> list[str]:
    return [line for line in (DATA / "web" / name).read_text("utf-8").splitlines() if not line.startswith("#")]


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a loopback server that handles each connection separately."""
    with socket.create_server((HERE, 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=treat, args=(connection,), daemon=True).start()

        def treat(connection: socket.socket) -> None:
            with connection:
                try:
                    serve(connection)
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def answering(content: bytes) -> Callable[[socket.socket], None]:
    """Gives the same response to every request."""

    def serve(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(content)

    return serve


def page(body: bytes, *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


class Dialled:
    """Connects to a loopback server whatever the address, and records the requested addresses."""

    def __init__(self, port: int) -> None:
        self.port, self.addresses = port, list[str]()

    def __call__(self, address: str, _port: int, seconds: float) -> httpcore.NetworkStream:
        self.addresses.append(address)
        return httpcore.SyncBackend().connect_tcp(HERE, self.port, timeout=seconds)


@pytest.mark.parametrize("line", lines("addresses.txt"))
def test_which_addresses_are_public(line: str) -> None:
    """Only public internet addresses count: none that is private, special, or contains another address."""
    kind, address, _ = line.split(" ", 2)
    assert public(address) == (kind == "public")


def test_a_name_that_changes_where_it_leads() -> None:
    """A connection goes to the address that was checked, with no lookup between the check and the connection."""
    later = count()

    def resolve(_host: str, _port: int) -> list[str]:
        return [HERE if next(later) else PUBLIC]

    with listening(answering(page(b""))) as port:
        dialled = Dialled(port)
        # The second lookup is for the page itself, after robots.txt.
        with pytest.raises(NotFetched, match=r"leads to 127\.0"):
            fetch("http://name.example/", web=Web(resolve, dialled))
    assert dialled.addresses == [PUBLIC]
    assert next(later) == 2


@pytest.mark.parametrize("found", [[PUBLIC, HERE], [HERE, PUBLIC], [PUBLIC, "64:ff9b::7f00:1"], ["fe80::1%lo"]])
def test_one_private_address_is_enough_to_stay_away(found: list[str]) -> None:
    """A name that also has a private address is not connected to, and the message says how to allow it."""
    with listening(answering(page(b"text"))) as port:
        dialled = Dialled(port)
        with pytest.raises(NotFetched, match="--allow-private") as refused:
            fetch("http://name.example/", web=Web(lambda _host, _: found, dialled))
        assert dialled.addresses == []
        assert "\n" not in str(refused.value)
        assert fetch("http://name.example/", private=True, web=Web(lambda _host, _: found, dialled)) == "text"
    assert set(dialled.addresses) == {found[0]}


def test_a_redirect_into_a_private_network() -> None:
    """The target of a redirect is checked like the address itself."""
    with listening(answering(page(b"secret"))) as secret:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://inner.example:{secret}/\r\nContent-Length: 0\r\n\r\n".encode()
        with listening(answering(moved)) as port:
            dialled = Dialled(port)
            web = Web(lambda host, _: [HERE if host == "inner.example" else PUBLIC], dialled)
            for ask in (fetch, answers):
                with pytest.raises(NotFetched, match=r"inner.example.* leads to 127.0.0.1"):
                    ask("http://name.example/", web=web)
    assert set(dialled.addresses) == {PUBLIC}


def test_no_address_after_the_first_that_answers() -> None:
    """If one address of a name does not respond, the next is tried, with the host's own name."""
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(page(b"text"))

    def connect(address: str, _port: int, seconds: float) -> httpcore.NetworkStream:
        if address == "1.1.1.1":
            raise httpcore.ConnectError("refused")
        return httpcore.SyncBackend().connect_tcp(HERE, free, timeout=seconds)

    with listening(serve) as free:
        web = Web(lambda _host, _: ["1.1.1.1", "1.0.0.1"], connect)
        assert fetch("http://Bücher.example:8080/ä?b c", web=web) == "text"
    assert b"\r\nHost: xn--bcher-kva.example:8080\r\n" in asked[1]
    assert asked[1].startswith(b"GET /%C3%A4?b%20c HTTP/1.1\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for name.example, with its key, trusted only by tests."""
    file = tmp_path_factory.mktemp("certificate") / "name.pem"
    subject = ["-subj", "/CN=name.example", "-addext", "subjectAltName=DNS:name.example"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, "-out", str(file)]
    subprocess.run([*made, "-keyout", file.with_suffix(".key")], check=True, capture_output=True)
    return file


def test_the_certificate_is_of_the_name(certificate: Path) -> None:
    """Over TLS, the host's name is sent and its certificate checked, though the connection is to an IP address."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate, certificate.with_suffix(".key"))
    names: list[str] = []
    own.sni_callback = lambda _connection, name, _context: names.append(name)

    def serve(connection: socket.socket) -> None:
        answering(page(b"text"))(own.wrap_socket(connection, server_side=True))

    def trust() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(certificate))

    with listening(serve) as port:
        web = Web(lambda _host, _: [PUBLIC], Dialled(port), trust)
        assert fetch("https://name.example/", web=web) == "text"
        with pytest.raises(NotFetched, match=r"https://other.example/ cannot be reached \(.*certificate"):
            fetch("https://other.example/", web=web)
        with pytest.raises(NotFetched, match="certificate"):
            fetch("https://name.example/", web=Web(lambda _host, _: [PUBLIC], Dialled(port)))
    assert set(names) == {"name.example", "other.example"}


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy settings in the environment cannot take a request past the address check."""
    asked: list[bytes] = []
    with listening(lambda connection: asked.append(connection.recv(65536))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{HERE}:{proxy}")
        with listening(answering(page(b"text"))) as port:
            assert fetch("http://name.example/", web=Web(lambda _host, _: [PUBLIC], Dialled(port))) == "text"
        with pytest.raises(NotFetched, match=r"leads to 127\.0"):
            fetch(f"http://{HERE}:{port}/")
    assert asked == []


@pytest.mark.parametrize("line", lines("no-addresses.txt"))
def test_addresses_that_lead_nowhere(line: str) -> None:
    """An invalid address, given or as a redirect, causes one line, and no request is made."""
    address = eval(line)
    with pytest.raises(NotFetched, match=r"is no http or https address of a host|private network") as refused:
        fetch(address, web=Web(lambda _host, _: [HERE], Dialled(0)))
    assert str(refused.value).isprintable()
    moved = b"HTTP/1.1 302 Found\r\nLocation: " + address.encode("utf-8", "replace") + b"\r\nContent-Length: 0\r\n\r\n"
    with listening(answering(moved)) as port, pytest.raises(NotFetched) as refused:
        fetch("http://name.example/", web=Web(lambda _host, _: [PUBLIC], Dialled(port)))
    assert str(refused.value).isprintable()


# What comes back


def fetched(content: bytes, seconds: float = 20.0) -> str:
    with listening(answering(content)) as port:
        return fetch("http://name.example/", web=Web(lambda _host, _: [PUBLIC], Dialled(port), seconds=seconds))


@pytest.mark.parametrize(("before", "obeyed"), [(0, True), (400, True), (500, False), (5000, False)])
def test_robots_are_read_as_far_as_they_must_be(before: int, obeyed: bool) -> None:
    """Rules in the first 500 KiB of robots.txt are obeyed; anything after that takes no time."""
    rules = b"#" * 63 + b"\n"
    body = rules * (before * 16) + b"User-agent: *\nDisallow: /\n"
    if obeyed:
        with pytest.raises(NotFetched, match="asks programs to stay away"):
            fetched(page(body))
    else:
        assert fetched(page(body)) == body.decode()


def test_a_small_response_that_unpacks_without_end() -> None:
    """Compressed data is only unpacked up to the limit, and data that is compressed twice is not unpacked at all."""
    zeros = bytes(300 * MAX_RESPONSE_BYTES // 5)
    once = gzip.compress(zeros)
    twice = gzip.compress(once)
    del zeros
    tracemalloc.start()
    try:
        for packed, encoding, message in (
            (once, "gzip", "is larger than 5 MiB"),
            (twice, "gzip, gzip", "is packed as 'gzip, gzip'"),
            (zlib.compress(b"text"), "deflate", "is packed as 'deflate'"),
        ):
            with pytest.raises(NotFetched, match=message):
                fetched(page(packed, f"Content-Encoding: {encoding}"))
        with pytest.raises(NotFetched, match="is packed as 'gzip, gzip'"):
            fetched(page(twice, "Content-Encoding: gzip", "Content-Encoding: gzip"))
        assert tracemalloc.get_traced_memory()[1] < 12 * MAX_RESPONSE_BYTES
    finally:
        tracemalloc.stop()


@settings(max_examples=30)
@given(st.binary(max_size=60_000), st.integers(1, 3))
def test_a_compressed_page_is_unpacked(content: bytes, members: int) -> None:
    """A compressed page, in one piece or several, is unpacked; half of one is an error."""
    text = (content.hex() + "0" * 2 * len(content)).encode()
    packed = b"".join(gzip.compress(text) for _ in range(members))
    assert _through(page(packed, "Content-Encoding: gzip")) == text.decode() * members
    with pytest.raises(NotFetched, match="ends before it is whole"):
        _through(page(packed[:-1], "Content-Encoding: gzip"))


def _through(content: bytes) -> str:
    """The result of fetching when every connection sends these bytes and closes."""

    def connect(_address: str, _port: int, _seconds: float) -> httpcore.NetworkStream:
        return httpcore.MockStream([content[at : at + 50_000] for at in range(0, len(content), 50_000)])

    return fetch("http://name.example/", web=Web(lambda _host, _: [PUBLIC], connect, ssl.create_default_context))


CHARSETS = [
    ("utf-8", "é".encode(), "é"),
    ("UTF8", b"\xef\xbb\xbf\xc3\xa9", "é"),
    ('"latin-1"', b"\xe9", "é"),
    ("windows-1252", b"\x80", "€"),
    ("Shift_JIS", "求人".encode("shift_jis"), "求人"),
    ("utf-16", "é".encode("utf-16"), "é"),
    *((name, b"e", None) for name in ("hex", "idna", "punycode", "rot13", "zlib", "undefined", "utf-7", "x" * 5000)),
    *(
        (name, b"e", None)
        for name in ("raw_unicode_escape", "unicode_escape", "a\u00e9", "..", "mbcs", "' or 1", "\x7f")
    ),
    ("utf-8", b"\xff", None),
    ("utf-16", b"\x00\xd8", None),
]


@pytest.mark.parametrize(("charset", "body", "text"), CHARSETS)
def test_encodings_of_pages(charset: str, body: bytes, text: str | None) -> None:
    """A page is read in any common encoding; an unknown encoding, or bytes that are invalid in it, cause one line."""
    content = page(body, f"Content-Type: text/html; charset={charset}")
    if text is not None:
        assert _through(content) == text
        return
    with pytest.raises(NotFetched) as refused:
        _through(content)
    assert str(refused.value).isprintable()


def _told(content: bytes) -> str:
    """Why nothing is fetched; empty if something is."""
    try:
        _through(content)
    except NotFetched as reason:
        return str(reason)
    return ""


@given(st.binary(max_size=600), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: "]))
def test_any_bytes_that_a_server_sends(content: bytes, start: bytes) -> None:
    """Whatever a server sends is either text or one printable line with the reason."""
    assert _told(start + content).isprintable()


# How long it takes


def drip(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """Sends a beginning, and then a little at a time, so that no wait for the next byte is long."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(0.05)

    return serve


def slow_redirect(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(0.4)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")


SLOW = {
    "headers": drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "more headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n"),
    "interim answers": drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "body": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "redirects": slow_redirect,
    "silence": lambda _connection: time.sleep(10),
}


@pytest.mark.parametrize("part", SLOW)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_time_for_everything(part: str, scheme: str) -> None:
    """However slowly a server responds, in whatever part (even the handshake), an exchange ends when its time is up."""
    with listening(SLOW[part]) as port:
        web = Web(lambda _host, _: [PUBLIC], Dialled(port), seconds=1.0)
        before = time.monotonic()
        # An invalid handshake ends sooner.
        with pytest.raises(NotFetched, match=r"takes longer than 1 seconds|SSL|ssl"):
            fetch(f"{scheme}://name.example/", web=web)
        assert time.monotonic() - before < 8


def test_a_resolver_that_takes_its_time() -> None:
    """The time to resolve a name counts too."""

    def resolve(_host: str, _port: int) -> list[str]:
        time.sleep(20)
        return [PUBLIC]

    web = Web(resolve, Dialled(0), seconds=0.5)
    before = time.monotonic()
    with pytest.raises(NotFetched, match=r"takes longer than 0.5 seconds"):
        fetch("http://name.example/", web=web)
    assert time.monotonic() - before < 8


def test_import_of_an_invalid_address(small_site: SmallSite) -> None:
    """`import` reports an invalid address in one line, and continues with the next source."""
    done = small_site.command("import", "http://[/", "HTTP://host:99999/", "https://a..b/")
    assert done.code == 1
    assert len(done.err.splitlines()) == 3
    assert done.err.count("is no http or https address of a host") == 3
    assert ast.literal_eval(done.err.split(" is no")[0]) == "http://[/"


# Which requests `serve` answers

ASKING = [
    # What a browser says about a request, whether the request changes anything, and whether it is answered.
    ({"Host": "localhost:8000"}, False, True),
    ({"Host": "127.0.0.1:8000"}, True, True),
    ({"Host": "[::1]:8000"}, True, True),
    ({"Host": "192.168.1.5:8000"}, False, True),
    ({"Host": "desk.example:8000"}, False, True),
    ({"Host": "DESK.example."}, False, True),
    ({"Host": "evil.example"}, False, False),
    ({"Host": "localhost.evil.example"}, False, False),
    ({"Host": "127.0.0.1.evil.example"}, False, False),
    ({"Host": "evil.example@localhost"}, False, True),  # not from a browser, and addressed to us
    ({"Host": "["}, False, False),
    ({"Host": ""}, False, False),
    ({}, False, False),
    *(
        (
            {"Host": "localhost:8000", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": to},
            steers,
            answered,
        )
        for site, mode, to, steers, answered in [
            ("same-origin", "cors", "empty", True, True),
            ("same-origin", "navigate", "document", True, True),
            ("none", "navigate", "document", True, True),
            ("cross-site", "navigate", "document", False, True),
            ("cross-site", "navigate", "document", True, False),
            ("same-site", "navigate", "document", True, False),
            ("cross-site", "navigate", "iframe", False, False),
            ("cross-site", "no-cors", "image", True, False),
            ("cross-site", "no-cors", "script", False, False),
            ("same-site", "no-cors", "image", True, False),
            ("cross-site", "cors", "empty", False, False),
        ]
    ),
    ({"Host": "localhost:8000", "Origin": "http://evil.example"}, True, False),
    ({"Host": "localhost:8000", "Origin": "http://evil.example"}, False, False),
    ({"Host": "localhost:8000", "Origin": "null"}, True, False),
    ({"Host": "localhost:8000", "Origin": "http://localhost:3000"}, True, False),
    ({"Host": "localhost:8000", "Origin": "http://localhost:8000"}, True, True),
    ({"Host": "localhost:8000", "Referer": "http://evil.example/"}, True, False),
    ({"Host": "localhost:8000", "Referer": "http://localhost:8000/"}, True, True),
    ({"Host": "192.168.1.5:8000"}, True, False),
    ({"Host": "0.0.0.0:8000"}, True, False),
    *(
        ({"Host": f"{name}:8000"}, steers, False)
        for name in (
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::]",
            "127.0.0.2",
            "0.0.0.1",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
        )
        for steers in (True, False)
    ),
    ({"Host": "192.168.1.5:8000", "Referer": "http://192.168.1.5:8000/x/"}, True, True),
    ({"Host": "192.168.1.5:8000", "Referer": "http://192.168.1.5:8000.evil.example/"}, True, False),
    ({"Host": "192.168.1.5:8000", "Referer": "http://evil.example/"}, False, True),
]


@pytest.mark.parametrize(("headers", "steers", "answered"), ASKING)
def test_who_is_answered(headers: dict[str, str], steers: bool, answered: bool) -> None:
    """`serve` answers its own pages and readers who open it, under its own names, but not pages of other sites."""
    assert (refusal(headers, {"desk.example", "0.0.0.0"}, steers=steers) == "") == answered


def test_a_foreign_page_does_not_steer(small_site: SmallSite) -> None:
    """A request with ?now= from a page of another site builds and shows nothing, under whatever name it arrives."""
    server = Server(HERE, 0)
    bench = Workbench(small_site.root, small_site.root.parent / "served", {"0.0.0.0"}, server.server_port)
    server.work_on(bench)
    bench.rebuild()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"{HERE}:{server.server_port}"
    try:
        for headers, status in (
            (
                {"Host": here, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
                403,
            ),
            ({"Host": here, "Origin": "http://evil.example"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Host": "evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
            ({"Host": here, "Sec-Fetch-Site": "same-origin"}, 200),
        ):
            before = bench.standing
            for method in ("HEAD", "GET"):
                connection = http.client.HTTPConnection(here, timeout=60)
                connection.request(method, "/?now=2199-01-01T00:00:00Z", headers=headers)
                assert connection.getresponse().status == status, headers
                connection.close()
            assert (bench.standing == before) == (status == 403)
        connection = http.client.HTTPConnection(here, timeout=60)
        connection.request("GET", "http://[/", headers={"Host": here})
        assert connection.getresponse().status == 400
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
