"""`python -m boundaries` is the console script."""

import sys

from boundaries.cli import main

sys.exit(main())
