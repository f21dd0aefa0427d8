"""The press office's admin."""

from django.contrib.contenttypes.admin import GenericTabularInline

from press.models import Note


class NoteInline(GenericTabularInline):
    """Notes inside of other pages."""

    model = Note
