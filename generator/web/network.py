"""Connections to addresses that were judged, and to no other, each step within the time of one exchange.

A name is resolved once, every address of it is looked at, and the connection goes to one of those.
"""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore

MAX_SECONDS = 30.0
_PATIENCE = 10.0  # seconds for one step, such as connecting to one of several addresses
# Inside 2000::/3, all of the internet's own IPv6 addresses, these lead elsewhere or nowhere: protocols' own and Teredo
# (2001::/23), documentation, 6to4, AS112. IPv4 in IPv6 form, such as NAT64's 64:ff9b::/96, stands outside of it.
# IPv4 has the same, and at 168.63.129.16 what serves each machine of a data centre.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = [
    *map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")),
    *map(ipaddress.IPv4Network, ("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.31.196.0/24")),
    *map(ipaddress.IPv4Network, ("192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15")),
]


def _resolved(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _connected(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Web:
    """How the network is reached: names become addresses, addresses connections, and `trust` judges certificates.

    `seconds` are for one exchange as a whole: names, connections, redirects and robots.txt included.
    """

    resolve: Callable[[str, int], list[str]] = _resolved
    connect: Callable[[str, int, float], httpcore.NetworkStream] = _connected
    trust: Callable[[], ssl.SSLContext] = httpcore.default_ssl_context
    seconds: float = MAX_SECONDS


WEB = Web()


def public(address: str) -> bool:
    """Whether an IP address is one of the internet's own. What holds an IPv4 address inside, or a scope, is not."""
    found = ipaddress.ip_address(address)
    inside = found in _UNICAST if isinstance(found, ipaddress.IPv6Address) else True
    special = any(found in network for network in _SPECIAL if network.version == found.version)
    return inside and found.is_global and not found.is_multicast and not found.is_reserved and not special


class Wrong(Exception):
    """What is wrong with an address, to be said behind it; `status` and `wait` as in `NotFetched`."""

    def __init__(self, message: str, status: int = 0, wait: str = "") -> None:
        super().__init__(message)
        self.status, self.wait = status, wait


@dataclass(frozen=True, slots=True)
class ExchangeClock:
    """What is left of the time for one exchange."""

    end: float
    seconds: float

    def left(self) -> float:
        """Seconds for the next step. Raises Wrong."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise Wrong(f"takes longer than {self.seconds:g} seconds")
        return min(left, _PATIENCE)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step takes what is left of the time."""

    def __init__(self, inner: httpcore.NetworkStream, clock: ExchangeClock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._clock.left()), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class JudgedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that were judged, and to no other."""

    def __init__(self, web: Web, clock: ExchangeClock, *, private: bool) -> None:
        self._web, self._clock, self._private = web, clock, private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of a host that takes it. Raises Wrong and httpcore's errors."""
        addresses = list(dict.fromkeys(self._resolved(host, port)))
        if not self._private:
            self._judge(addresses)
        failed: Exception = Wrong("cannot be found")
        for address in addresses:
            try:
                return _Stream(self._web.connect(address, port, self._clock.left()), self._clock)
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failed = error
        raise failed

    def _resolved(self, host: str, port: int) -> list[str]:
        """All addresses of a host. The system cannot be told to hurry, so a thread waits for it."""
        found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found.put(self._web.resolve(host, port))
            except (OSError, ValueError):
                found.put([])

        threading.Thread(target=ask, daemon=True).start()
        try:
            return found.get(timeout=self._clock.left())
        except queue.Empty:
            self._clock.left()
            raise Wrong("cannot be found in time") from None

    def _judge(self, addresses: list[str]) -> None:
        for address in addresses:
            # The zone of an address tells which of the machine's own networks it is in.
            if "%" in address or not public(address):
                wrong = f"leads to {address}, which is in a private network or has a special use"
                raise Wrong(f"{wrong}; --allow-private fetches it all the same")
