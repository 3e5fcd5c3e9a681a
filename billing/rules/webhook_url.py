"""Decides to which addresses of the net we send anything on a customer's word; it must not look up a name.

A customer names the address, and our machine calls it from inside our net: whatever is not public to everybody is
refused, however it is written. `allows_local` is true on a developer's machine only.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 2000
_HTTPS_PORT, _HTTP_PORT = 443, 80
_FIRST_FREE_PORT = 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_LOCAL_NAMES = ("localhost",)
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class UrlRefused(ValueError):
    """`str` says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is called: a name to look up, or an address, and what is asked for there."""

    is_secure: bool
    host: str
    port: int
    path: str


def target_of(url: str, *, allows_local: bool) -> Target:
    """The parts of an address that may be called. Raises UrlRefused; the host's own addresses are checked later."""
    if len(url) > LONGEST_URL:
        raise UrlRefused(f"The address is longer than {LONGEST_URL} characters.")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused("The address holds characters that no address has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UrlRefused("This is no whole address.") from None
    if parts.scheme not in ("https", "http"):
        raise UrlRefused("The address must begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise UrlRefused("The address must hold no name and no password.")
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.fragment or "%" in host:
        raise UrlRefused("This is no whole address.")
    is_secure = parts.scheme == "https"
    _check_host(host, is_secure=is_secure, allows_local=allows_local)
    chosen = (_HTTPS_PORT if is_secure else _HTTP_PORT) if port is None else port
    if not allows_local and chosen != _HTTPS_PORT and chosen < _FIRST_FREE_PORT:
        raise UrlRefused("Only port 443 and ports from 1024 on are called.")
    return Target(is_secure, host, chosen, _path(parts.path, parts.query))


def is_allowed(address: str, *, allows_local: bool) -> bool:
    """Whether this address (an IP as text) may be connected to: it is public, or ours on a developer's machine."""
    try:
        ip = _innermost(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if ip.is_loopback:
        return allows_local
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)


def literal_address(host: str) -> str | None:
    """The address that a host spells out in any way that a resolver would take for one, or None for a name.

    `2130706433`, `0x7f.1` and `017700000001` are all 127.0.0.1.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def _check_host(host: str, *, is_secure: bool, allows_local: bool) -> None:
    literal = literal_address(host)
    is_local_name = host.lower() in _LOCAL_NAMES
    if literal is not None and not is_allowed(literal, allows_local=allows_local):
        raise UrlRefused("This address is not a public one.")
    if is_local_name and not allows_local:
        raise UrlRefused("This address is not a public one.")
    if literal is None and not is_local_name and "." not in host:
        raise UrlRefused("This is no public name.")
    if not is_secure and not allows_local:
        raise UrlRefused("The address must begin with https://.")


def _innermost(ip: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for, by any of the ways in which one can."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is not None:
        return inner
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _path(path: str, query: str) -> str:
    return f"{path or '/'}{'?' if query else ''}{query}"
