"""The servers the portal stands on: PostgreSQL and Valkey, one's own or embedded ones. See docs/hosting.md."""

from kmportal.servers.errors import ServersError
from kmportal.servers.provision import Provided, pretend, provide

__all__ = ["Provided", "ServersError", "pretend", "provide"]
