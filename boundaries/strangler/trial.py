"""Is this a rehearsal, whose databases and code are copies that nobody else works on?"""

import os

# Set by the rehearsal for the commands that it runs.
VARIABLE = "BOUNDARIES_REHEARSAL"


def is_rehearsal() -> bool:
    """Whether what protects time and work of others may be left out."""
    return bool(os.environ.get(VARIABLE))
