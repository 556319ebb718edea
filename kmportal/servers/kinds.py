"""The embedded servers in the order they are started."""

from kmportal.servers.postgres import Postgres
from kmportal.servers.server import Server
from kmportal.servers.valkey import Valkey

SERVERS: dict[str, type[Server]] = {server.name: server for server in (Postgres, Valkey)}
