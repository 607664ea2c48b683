"""Where posts reach this computer: its IPv4 addresses on the shop's network, for a pairing QR code.

Owns which of a machine's addresses are worth trying, and in which order. What is tried in vain
costs a post a moment each, so there are few of them.
"""

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from common.invitation import MAX_HOSTS

_INNER: Final = ("docker", "br-", "veth", "virbr", "lxc", "tun", "tap")
"""Interfaces that lead to this machine's own guests or far away; asked last."""


def own_addresses() -> list[tuple[str, str]]:
    """Return (interface, IPv4 address) of this machine, as the system lists them."""
    import ifaddr

    return [
        (adapter.nice_name, ip.ip)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str)
    ]


def reachable_hosts(host: str, own: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return where a hub that listens on `host` is reached, the likeliest first; at most four.

    `host`: "*" or an address of this machine; `own`: as `own_addresses` returns it. The loopback
    address only where there is no other; nothing where `host` is a name or an IPv6 address.
    """
    if host != "*":
        return (host,) if _is_ipv4(host) else ()
    ranked = sorted(
        (_rank(name, address), place, address)
        for place, (name, address) in enumerate(own)
        if _is_ipv4(address)
    )
    outside = [address for rank, _, address in ranked if rank < _LOOPBACK]
    found = outside or [address for _, _, address in ranked]
    return tuple(dict.fromkeys(found))[:MAX_HOSTS]


_LOOPBACK: Final = 3


def _rank(interface: str, address: str) -> int:
    ip = IPv4Address(address)
    if ip.is_loopback:
        return _LOOPBACK
    if ip.is_link_local:
        return 2
    return 1 if interface.startswith(_INNER) else 0


def _is_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
