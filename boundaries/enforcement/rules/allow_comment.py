"""Is every exception explained and still needed?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Rule

RULE = Rule(
    code="BD216",
    title="allow comment without a reason or a use",
    kinds=("comment",),
    why=("An exception that nobody explains is copied; one that covers nothing hides the next violation."),
    fix=(
        "Write `# boundaries: allow BD203 -- the reason`, or remove the comment when nothing on the"
        " line breaks the rule."
    ),
    remedy="Give a reason after `--`, or remove the comment.",
)
