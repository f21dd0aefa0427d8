"""In which settings do the tests of the shop run? In its own, so in a run of their own:

    python -m pytest tests/monolith monolith --ds=tests.monolith.settings

A run with other settings passes them over: their models would belong to no installed app.
"""

from django.conf import settings

if settings.ROOT_URLCONF == "monolith.urls":
    from monolith.conftest import django_db_modify_db_settings  # noqa: F401  (one database for both folders)
    from tests.monolith.fixtures import ada, bea, card_processor, committed, processor, shop  # noqa: F401
else:
    collect_ignore_glob = ["test_*.py"]
