"""Where a reader can correct what a page says: in the file behind it, or with a report to the editors."""

from urllib.parse import quote, urlencode, urlsplit

from ..model.schema import Settings

# Hosts of repositories: the address of a file, and of a new issue with a title.
_GITHUB = "{repository}/blob/HEAD/{path}", "{repository}/issues/new?{issue}"
_GITLAB = "{repository}/-/blob/HEAD/{path}", "{repository}/-/issues/new?{issue}"
_HOSTS = {"github.com": _GITHUB, "gitlab.com": _GITLAB}


def file_address(settings: Settings, path: str) -> str:
    """The file of a posting in the site's repository; empty if the site names no repository on a known host."""
    repository, found = _repository(settings)
    return found[0].format(repository=repository, path=quote(path)) if found else ""


def report_address(settings: Settings, title: str, page: str) -> str:
    """Where to report a mistake on a page: an issue in the repository, otherwise an e-mail to the editors."""
    repository, found = _repository(settings)
    subject, body = f"Mistake: {title}", f"{page}\n\n"
    if not found:
        return f"mailto:{settings.editor.email}?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"
    names = ("issue[title]", "issue[description]") if found is _GITLAB else ("title", "body")
    return found[1].format(repository=repository, issue=urlencode(dict(zip(names, (subject, body), strict=True))))


def _repository(settings: Settings) -> tuple[str, tuple[str, str] | None]:
    repository = (settings.repository or "").rstrip("/")
    host = urlsplit(repository).hostname or ""
    return repository, _HOSTS.get(host) or (_GITLAB if host.startswith("gitlab.") else None)
