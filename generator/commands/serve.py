"""The command `vacancy-digest serve`."""

import threading
from functools import partial
from pathlib import Path

import click

from ..model.telling import say
from ..reading.folder import settings_of
from ..serving.server import Server
from ..serving.watching import changes
from ..serving.workbench import Workbench
from ..work.cachefolder import lasting
from .options import root_option


@click.command("serve")
@root_option
@click.option("--host", default="127.0.0.1", help="Where to listen (default: only on this machine).")
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="A name to answer for, besides localhost and the --host. You can repeat this option.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="Default: 8000; 0 takes any free port.")
def command(root: Path, host: str, names: tuple[str, ...], port: int) -> None:
    """Build, serve, build again at every change, and reload the browser. Does not touch the folder site/.

    Mistakes are shown on the page until you fix them. The slider in the bar shows the digest on another day, as does
    ?now=2026-06-10T12:00:00Z at the end of an address. Press Ctrl-C to stop.

    Example: vacancy-digest serve --port 8080
    """
    root = root.resolve()
    settings_of(root)
    try:
        server = Server(host, port)
    except OSError as error:
        raise click.UsageError(f"{host}:{port} is not available ({error.strerror}), choose another --port") from None
    with lasting(root, "serve") as out:
        bench = Workbench(root, out, {host, *names} - {"0.0.0.0", "::"}, server.server_port)
        _serve(server, bench, f"http://{_shown(host)}:{server.server_port}/")


def _serve(server: Server, bench: Workbench, address: str) -> None:
    server.work_on(bench)
    bench.rebuild()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"The digest is at {address} (press Ctrl-C to stop).")
    try:
        for _ in changes(bench.root, partial(say, err=True)):
            bench.rebuild()
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise click.ClickException(f"{bench.root} cannot be watched ({error})") from None
    finally:
        server.shutdown()


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host
