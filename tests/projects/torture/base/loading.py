"""The theatre's own way to a model."""

from django.apps import apps


def load_model(label, name):
    """The model of that name."""
    return apps.get_model(label, name)
