"""The secret key of a portal on one machine: made at random at the first start and kept in the data folder."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def local_secret_key(data_dir: Path) -> str:
    """Return the key in data_dir/secret_key, making folder and key where they are missing.

    Two processes that start at once agree: the one that cannot create the file reads the other's. Raises
    ImproperlyConfigured with a sentence where the folder cannot be written.
    """
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(50)
        draft = data_dir / f"secret_key.{os.getpid()}"
        if not path.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(key)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {data_dir} cannot be written ({error.strerror}). Set PORTAL_DATA_DIR to a folder that can."
        ) from error
