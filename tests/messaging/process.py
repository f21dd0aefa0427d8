"""The command line of the kit in a process that knows the tests' consumers and sagas."""

import os
import sys

import django

if __name__ == "__main__":
    django.setup()

    from django.conf import settings

    import tests.messaging.celery_app
    import tests.messaging.declared  # noqa: F401
    from boundaries.cli import main

    if "ATTEMPTS" in os.environ:
        settings.BOUNDARIES = {**settings.BOUNDARIES, "DELIVERY_ATTEMPTS": int(os.environ["ATTEMPTS"])}
    sys.exit(main(sys.argv[1:]))
