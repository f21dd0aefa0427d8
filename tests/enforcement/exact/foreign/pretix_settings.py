"""Settings with which pretix starts, and no more; it wants a folder to write into."""

import os
import tempfile

os.environ.setdefault("PRETIX_CONFIG_FILE", os.devnull)
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp())

from pretix.settings import *  # noqa: F403
