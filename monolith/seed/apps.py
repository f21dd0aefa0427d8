"""What does Django have to know about the seed?"""

from django.apps import AppConfig


class SeedConfig(AppConfig):
    """Fills an empty shop. It belongs to no context, since it writes the tables of all."""

    name = "monolith.seed"
    label = "seed"
