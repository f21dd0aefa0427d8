"""Settings with which nautobot starts, and no more; it wants a folder of its own."""

import os
import tempfile

os.environ.setdefault("NAUTOBOT_ROOT", tempfile.mkdtemp())

from nautobot.core.settings import *  # noqa: F403

SECRET_KEY = "x"
