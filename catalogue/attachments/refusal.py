"""Why a file is not kept."""


class RefusedFile(Exception):
    """The file is not kept; the message says why and what to do."""
