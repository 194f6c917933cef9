"""Whose an address on the network is: what limits and brakes count, so that they count people and not addresses."""

import ipaddress


def network_of(address: str) -> str:
    """Return what one subscriber has: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def is_inner(address: str) -> bool:
    """Whether an address is one of a private network, from which no stranger comes."""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False
