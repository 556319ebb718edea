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

# One statement for all windows of an action, so that any number of simultaneous requests count right: whoever holds the
# first window's row goes first in every window. A window begins with its first use.
COUNT_ONE = """
    INSERT INTO accounts_usage AS used (key, count, ends_at)
    SELECT key, 1, ends_at FROM unnest(%(keys)s::text[], %(ends)s::timestamptz[]) AS window_of (key, ends_at)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN used.ends_at <= %(now)s THEN 1 ELSE used.count + 1 END,
        ends_at = CASE WHEN used.ends_at <= %(now)s THEN excluded.ends_at ELSE used.ends_at END
    RETURNING key, count
"""

# IPv6 gives a whole such network to one household or device.
IPV6_NETWORK = 64


def within_limit(request: HttpRequest, *, action: str) -> bool:
    """Count one more use of the action and return whether it is allowed.

    The signed-in are counted one by one, others by network, of which only a hash is kept. Raises KeyError for an
    action that settings.RATE_LIMITS does not name.
    """
    who = f"person-{request.user.pk}" if request.user.is_authenticated else f"network-{network_hash(request)}"
    most = {f"{action}:{seconds}:{who}": (uses, seconds) for uses, seconds in settings.RATE_LIMITS[action]}
    counts = count_one(windows={key: seconds for key, (_, seconds) in most.items()})
    return all(count <= most[key][0] for key, count in counts.items())


def count_one(*, windows: dict[str, int]) -> dict[str, int]:
    """Add one to the count of every key and return the counts; a count begins anew after its key's seconds."""
    now = timezone.now()
    ends = [now + datetime.timedelta(seconds=seconds) for seconds in windows.values()]
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE, {"keys": list(windows), "ends": ends, "now": now})
        return dict(cursor.fetchall())


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
