"""For which codes of the lint is there a codemod?"""

from __future__ import annotations

CODES = ("BD202", "BD203", "BD204", "BD210")


def has_codemod(code: str) -> bool:
    """Whether `boundaries fix CODE` rewrites some of what breaks that rule."""
    return code in CODES


def fix_command(code: str) -> str:
    """The command that does it; empty where there is none."""
    return f"boundaries fix {code}" if has_codemod(code) else ""
