"""An nginx that serves a folder with the configuration that `init` writes for it."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from judges import Missing
from serving import Server
from sites import command

# What Debian's nginx.conf has around the files of sites, and what lets any user run it, anywhere.
AROUND = """\
daemon off;
pid {place}/pid;
events {{}}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    include {place}/site.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class WebServer:
    """A running server: its address as a site's base URL, the folder that it serves, and its own working folder."""

    address: str
    folder: Path
    place: Path
    program: str

    def take_redirects(self) -> None:
        """Follows the instructions for former addresses in the file that `init` writes."""
        lines = (self.place / "site.conf").read_text("utf-8").splitlines()
        told = [line.lstrip("# ") for line in lines if line.lstrip("# ").startswith(("sed ", "nginx -s "))]
        own = f"{self.program} -p {self.place} -c {self.place}/nginx.conf"
        subprocess.run(["sh", "-ec", "\n".join(told).replace("nginx -s", f"{own} -s")], check=True)


def nginx_path() -> str:
    """The system's nginx; no PyPI or npm package includes one."""
    if not (found := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        raise Missing("no nginx: install Debian's nginx-light")
    return found


@contextmanager
def nginx(path: str) -> Iterator[WebServer]:
    """Serves a folder, empty at first, under a path. When run as root, nginx works as a user who can only read."""
    program = nginx_path()
    # Not in pytest's own folder, which that user cannot enter.
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (place / "nginx.conf").write_text(AROUND.format(place=place))
        (place / "site.conf").write_text(_configuration(place, port, path))
        process = subprocess.Popen([program, "-e", "stderr", "-p", place, "-c", place / "nginx.conf"])
        try:
            _wait_for(port, process)
            yield WebServer(f"http://127.0.0.1:{port}{path}", place / f"www{path}", place, program)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _configuration(place: Path, port: int, path: str) -> str:
    """The file as `init` writes it, with this machine's folders and port."""
    assert command("init", place / "new", "--base-url", f"https://digest.example.org{path}").code == 0
    text = (place / "new/nginx.conf").read_text("utf-8")
    for written, here in (
        ("/srv/digest", f"{place}/www"),
        ("/etc/nginx/", f"{place}/"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("    listen [::]:80;\n", ""),
    ):
        assert written in text, f"{written} stands no longer in nginx.conf"
        text = text.replace(written, here)
    return text


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "nginx has ended, and said why above"
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("nginx does not answer")


@contextmanager
def web(pages: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[tuple[str, list[str]]]:
    """A web server with these pages, and a record of all requests."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers['User-Agent']}")
            status, headers, body = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stays quiet."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
