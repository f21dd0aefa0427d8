"""Which violations were accepted once, so that only new ones fail?"""

from boundaries.enforcement.baseline.entry import Baseline, Entry
from boundaries.enforcement.baseline.file import read_baseline, write_baseline
from boundaries.enforcement.baseline.progress import Progress, progress_of

__all__ = ["Baseline", "Entry", "Progress", "progress_of", "read_baseline", "write_baseline"]
