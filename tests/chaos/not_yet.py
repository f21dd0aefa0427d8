"""Which faults does the product not stand yet, and why?"""

from __future__ import annotations

NOT_YET: dict[str, str] = {}
