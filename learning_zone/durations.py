"""Lengths of time in words, exactly: sums of what is shown are what is shown as the sum."""


def in_words(minutes: int) -> str:
    """Return "45 minutes", "1 hour", "1 hour 20 minutes".

    >>> in_words(80)
    '1 hour 20 minutes'
    """
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(f"{hours:,} hour{'' if hours == 1 else 's'}")
    if rest or not hours:
        parts.append(f"{rest} minute{'' if rest == 1 else 's'}")
    return " ".join(parts)


def short(minutes: int) -> str:
    """Return "1 h 20 min", for the columns of a table.

    >>> short(80), short(120), short(5)
    ('1 h 20 min', '2 h', '5 min')
    """
    hours, rest = divmod(minutes, 60)
    parts = ([f"{hours:,} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    return " ".join(parts)


def iso(minutes: int) -> str:
    """Return the ISO 8601 duration, as schema.org takes it: "PT80M"."""
    return f"PT{minutes}M"


def clock(seconds: int) -> str:
    """Return a place in a recording: "4:05", "1:02:03".

    >>> clock(245), clock(3723)
    ('4:05', '1:02:03')
    """
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
