"""Files for hosts and crawlers: headers, redirects, robots. Made from slugs and fixed text only, never from prose."""

from collections.abc import Iterable

from ..edition.routes import AliasPage, HostFile, Links, PostingPage

# As a <meta> element the policy must leave out frame-ancestors, which browsers only accept in headers.
META_POLICY = "; ".join(
    (
        "default-src 'none'",
        # The search engine is WebAssembly, served from our own site.
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_EVERYWHERE: tuple[str, ...] = (
    f"Content-Security-Policy: {META_POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: strict-origin-when-cross-origin",
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Strict-Transport-Security: max-age=31536000",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
)
# Feeds and data are for programs of other sites too.
_SHARED = ("Access-Control-Allow-Origin: *",)
_TYPES = (
    ("*.xml", "application/xml; charset=utf-8"),
    ("*.json", "application/json; charset=utf-8"),
    ("*.ics", "text/calendar; charset=utf-8"),
    ("*.opml", "text/x-opml; charset=utf-8"),
    ("*.csv", "text/csv; charset=utf-8"),
)


def headers(links: Links) -> bytes:
    """`_headers` as Netlify and Cloudflare Pages read it."""
    blocks: list[tuple[str, tuple[str, ...]]] = [(f"{links.prefix}*", _EVERYWHERE)]
    blocks += [(f"{links.prefix}{pattern}", (f"Content-Type: {kind}", *_SHARED)) for pattern, kind in _TYPES]
    # Pages keep the host's own short lifetime: a header that is set twice would be joined into one that says both.
    blocks.append((f"{links.prefix}assets/*", ("Cache-Control: public, max-age=31536000, immutable",)))
    return "\n".join("\n".join((path, *(f"  {line}" for line in lines))) for path, lines in blocks).encode() + b"\n"


def redirects(aliases: Iterable[tuple[str, str]], links: Links) -> bytes:
    """`_redirects` from (alias, slug) pairs; the alias pages do the same on other hosts.

    Each pair has two rules. Netlify takes the first one that matches, but shows the alias page instead if the rule has
    no `!`. Cloudflare Pages does not know the `!`, skips that rule, and takes the other.
    """
    pairs = ((links.url(AliasPage(alias)), links.url(PostingPage(slug))) for alias, slug in aliases)
    return "".join(f"{old} {new} 301!\n{old} {new} 301\n" for old, new in pairs).encode()


def robots(links: Links) -> bytes:
    """The file `robots.txt`: every crawler may read everything."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {links.absolute(HostFile('sitemap.xml'))}\n".encode()
