"""What a source lists: vacancies with what they state, notices still to be read, and the next request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..importing.notices import StatedField
from ..model.schema import VacancySource

MOST_VACANCIES = 2_000  # of one answer; a source with more is asked for in parts
MOST_REQUESTS = 50  # for the list of one source


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a public address, and headers that no other host is to see, such as a key.

    `rest` has the addresses that belong to the same list and are still to be asked for after this one, and `inner` says
    that the list itself named this one.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    inner: bool = False


class Vacancy(NamedTuple):
    """One vacancy of a source.

    `id` is the source's own name for it, which stays while everything else changes. `url` is the public https address
    of its notice, empty where there is none. `text` is the notice as plain lines, and `stated` holds what the source
    states as data, with where it stands, as `importing.notices.read_notice` takes it.
    """

    id: str
    url: str
    text: str
    stated: tuple[StatedField, ...] = ()


class NoticeLink(NamedTuple):
    """A vacancy of which the list says too little: what stands at `url` has to be read by itself.

    `id` is the one that its vacancy will have; `stated` is what the list says of it already, `text` in which words.
    """

    id: str
    url: str
    stated: tuple[StatedField, ...] = ()
    text: str = ""


class Listed(NamedTuple):
    """What one answer of a source holds. `more` asks for the rest of the list; `unread` says what was passed over."""

    vacancies: tuple[Vacancy, ...] = ()
    links: tuple[NoticeLink, ...] = ()
    more: Request | None = None
    unread: tuple[str, ...] = ()


class MissingSecret(Exception):
    """A source cannot be asked without a variable of the environment; the message names it."""


# What to ask for first, from the source and the environment. Raises MissingSecret, and Unreadable for a name that no
# board of the provider can have.
First = Callable[[VacancySource, Mapping[str, str]], Request]
# What the bytes hold that were got for a request. Raises Unreadable; called in a process of its own, with limits.
Read = Callable[[bytes, Request, VacancySource], Listed]


class SourceKind(NamedTuple):
    """How sources of a kind are asked and read: `read` the list, `notice` what stands at one of its links."""

    first: First
    read: Read
    notice: Read
