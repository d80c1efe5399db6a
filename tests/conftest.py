"""Set-up shared by all tests."""

import os

# The tests run with the demo's settings: plain HTTP, no collected static files.
os.environ.setdefault("DEMO", "1")
