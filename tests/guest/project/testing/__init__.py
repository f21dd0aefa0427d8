"""What the guest's own tests share; nothing of the kit may hide it."""

ANSWER = "the guest's own"
