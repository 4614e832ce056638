"""Who may call a server on loopback: programs of this machine, not the web pages in its browsers.

Any page can send requests to loopback. Browsers say so (`Origin`, and `Sec-Fetch-Site` of "Fetch
Metadata Request Headers"); a page that has its own name resolve to loopback, which makes it the
same origin, is known by the `Host` that it calls.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

HOSTS = ("localhost", "127.0.0.1", "::1", "sandbox.localdomain", "sandbox")
OWN_SITES = ("same-origin", "none")  # "none" is a person who typed the address


def cross_site(headers: Mapping[str, str]) -> str:
    """Why a request with these headers is refused; empty where it is not."""
    host = headers.get("Host", "")
    if host and not _is_local(host):
        return f"The sandbox answers to the names of this machine, not to {host!r}."
    origin = headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != host:
        return f"The sandbox takes no requests of web pages: this one came from {origin!r}."
    if headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
        return "The sandbox takes no requests of web pages of other sites."
    return ""


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name.rstrip(".") in HOSTS or name.rstrip(".").endswith(".localhost")
