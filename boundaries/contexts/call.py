"""Who is told that a context's command is called here? Whoever connects; a recorder does, and nobody else.

It lies this far to the left so that the facades can send it and the recorder can hear it.
"""

from django.dispatch import Signal

# Sent before a command runs in this process, with `context`, `operation` and `using`, the alias of its database.
command_called = Signal()
