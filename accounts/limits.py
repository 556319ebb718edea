"""How often one person or one network may do something (settings.RATE_LIMITS), counted in PostgreSQL."""

import datetime
import ipaddress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Usage

# One statement, so that any number of simultaneous requests count right. A window begins with its first use.
COUNT_ONE = """
    INSERT INTO accounts_usage AS used (key, count, ends_at) VALUES (%(key)s, 1, %(ends_at)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN used.ends_at <= %(now)s THEN 1 ELSE used.count + 1 END,
        ends_at = CASE WHEN used.ends_at <= %(now)s THEN excluded.ends_at ELSE used.ends_at END
    RETURNING count
"""

# IPv6 gives a whole such network to one household or device.
IPV6_NETWORK = 64


def within_limit(request: HttpRequest, *, action: str) -> bool:
    """Count one more use of the action and return whether it is allowed.

    The signed-in are counted one by one, others by network, of which only a hash is kept. Raises KeyError for an
    action that settings.RATE_LIMITS does not name.
    """
    who = f"person-{request.user.pk}" if request.user.is_authenticated else f"network-{network_hash(request)}"
    counts = [
        count_one(key=f"{action}:{seconds}:{who}", seconds=seconds) <= most
        for most, seconds in settings.RATE_LIMITS[action]
    ]
    return all(counts)


def count_one(*, key: str, seconds: int) -> int:
    """Add one to the key's count and return it; after so many seconds the count begins anew."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE, {"key": key, "now": now, "ends_at": now + datetime.timedelta(seconds=seconds)})
        (count,) = cursor.fetchone()
    return int(count)


def network_hash(request: HttpRequest) -> str:
    """Return what stands for the network that the request comes from, and tells nobody which it is."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return "unknown"
    network = str(address)
    if isinstance(address, ipaddress.IPv6Address):
        network = str(ipaddress.IPv6Network((address, IPV6_NETWORK), strict=False))
    return salted_hmac("accounts.limits", network, algorithm="sha256").hexdigest()[:32]


def forget_past() -> int:
    """Delete the counts whose time is over; return how many."""
    return Usage.objects.filter(ends_at__lt=timezone.now()).delete()[0]
