"""What can go wrong with the servers, told in one sentence to whoever typed the command."""


class ServersError(Exception):
    """The servers cannot be had; the text is one sentence for the person, without secrets."""
