"""Many addresses asked at once, politely: one request at a time for each host, with a pause between two."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import urlsplit

from ..web.fetching import UNSEEN, Answer, NotFetched, Validators, Visits

_MOST_TRIES = 3
_MOST_WAIT = 60.0  # seconds that a server may ask for before the same run tries again
_MOST_PAUSE = 30.0  # seconds between two requests that a robots.txt may ask for
_PATIENCE = 3  # requests in a row that a host leaves without an answer before it is left alone
_TOO_BUSY = (429, 503)


class Errand(NamedTuple):
    """One address to ask. `about` is the asker's own name for it, `headers` are for its host alone."""

    about: str
    url: str
    headers: Mapping[str, str] = {}
    seen: Validators = UNSEEN


@dataclass(frozen=True, slots=True)
class Manners:
    """How politely hosts are asked: seconds between two requests to one, and how many hosts at a time."""

    delay: float = 1.0
    hosts: int = 16
    sleep: Callable[[float], object] = Event().wait  # for something that never comes


POLITE = Manners()
Told = Answer | NotFetched
Heard = Callable[[Errand, Told], Iterable[Errand]]


@dataclass(slots=True)
class _Host:
    waiting: deque[Errand] = field(default_factory=deque)
    busy: bool = False
    asked: bool = False
    silent: int = 0  # requests in a row without an answer


def ask_all(errands: Iterable[Errand], heard: Heard, visits: Visits, manners: Manners = POLITE) -> None:
    """Asks every address and hands each outcome to `heard`, in this thread; what that returns is asked as well."""
    hosts: dict[str, _Host] = {}
    tasks: SimpleQueue[tuple[_Host, Errand] | None] = SimpleQueue()
    done: SimpleQueue[tuple[_Host, Errand, Told | BaseException]] = SimpleQueue()
    workers = [Thread(target=_work, args=(tasks, done, visits, manners), daemon=True) for _ in range(manners.hosts)]
    for worker in workers:
        worker.start()

    def take(more: Iterable[Errand]) -> None:
        for errand in more:
            hosts.setdefault(_host_of(errand.url), _Host()).waiting.append(errand)
        for host in hosts.values():
            if host.waiting and not host.busy:
                host.busy = True
                tasks.put((host, host.waiting.popleft()))

    try:
        take(errands)
        while any(host.busy for host in hosts.values()):
            host, errand, told = done.get()
            host.busy = False
            if isinstance(told, BaseException) and not isinstance(told, NotFetched):
                raise told
            take(heard(errand, told))
    finally:
        for _ in workers:
            tasks.put(None)


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _work(
    tasks: "SimpleQueue[tuple[_Host, Errand] | None]",
    done: "SimpleQueue[tuple[_Host, Errand, Told | BaseException]]",
    visits: Visits,
    manners: Manners,
) -> None:
    while task := tasks.get():
        host, errand = task
        try:
            told: Told | BaseException = _told(host, errand, visits, manners)
        except BaseException as error:  # a bug ends the whole run, not one thread of it
            told = error
        done.put((host, errand, told))


def _told(host: _Host, errand: Errand, visits: Visits, manners: Manners) -> Told:
    """What an address answers, asked again where its server says that it is busy and when to come back."""
    if host.silent >= _PATIENCE:
        return NotFetched(f"{errand.url} was not asked, because its server left {_PATIENCE} requests unanswered")
    tries = 0
    while True:
        if host.asked:
            manners.sleep(max(manners.delay, min(visits.pause(errand.url), _MOST_PAUSE)))
        host.asked, tries = True, tries + 1
        try:
            answer = visits.ask(errand.url, dict(errand.headers), errand.seen)
        except NotFetched as error:
            wait = float(error.wait) if error.wait.isascii() and error.wait.isdigit() else None
            if error.status in _TOO_BUSY and wait is not None and wait <= _MOST_WAIT and tries < _MOST_TRIES:
                manners.sleep(wait)
                continue
            unanswered = not error.banned and (error.status == 0 or error.status >= 500 or error.status == 429)
            host.silent = host.silent + 1 if unanswered else 0
            return error
        host.silent = 0
        return answer
