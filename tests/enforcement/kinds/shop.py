"""What do these tests write into their tiny projects, and how do they look at what is found?"""

from __future__ import annotations

from tests.enforcement.conftest import TinyProject, show

PAYMENTS = """\
from django.db import models

class Payment(models.Model):
    pass

class Payer(models.Model):
    pass
"""


def couplings(project: TinyProject, kind: str) -> list[str]:
    """The couplings of one kind, each in one line."""
    return [show(link) for link in project.links()[0] if link.kind == kind]
