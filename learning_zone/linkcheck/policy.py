"""Which network addresses a request may go to."""

import ipaddress
from collections.abc import Callable

# Takes an address as text; True where a request may go there.
Policy = Callable[[str], bool]

# Ports on which the web is served; any other would let a link knock at services that are none.
WEB_PORTS = frozenset({80, 443, 8000, 8080, 8443})


def is_public(address: str) -> bool:
    """Whether the address belongs to the public internet.

    Private, loopback, link-local (the metadata services of clouds), multicast and reserved addresses do not; nor do
    IPv6 addresses that wrap or translate to an IPv4 one (RFC 4291, 6052, 3056, 4380), whatever is inside.

    >>> is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("93.184.215.14")
    (False, False, True)
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (
        found.ipv4_mapped is not None
        or found.sixtofour is not None
        or found.teredo is not None
        or found in ipaddress.ip_network("64:ff9b::/96")
        or found in ipaddress.ip_network("64:ff9b:1::/48")
    ):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved
