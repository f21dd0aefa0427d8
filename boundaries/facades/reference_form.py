"""How does a form show what it refers to in another context?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from boundaries.facades import resolution

if TYPE_CHECKING:
    from boundaries.facades.reference import Reference


class ReferenceInput(forms.TextInput):
    """An input for the identity, followed by the label that the owner's facade gives."""

    def __init__(
        self, field: Reference, *, attrs: dict[str, Any] | None = None, input_type: str = "text"
    ) -> None:
        super().__init__(attrs)
        self.field = field
        self.input_type = input_type

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The input, and one call of the facade for the label of what is in it."""
        shown = super().render(name, value, attrs, renderer)
        label = resolution.label_of_text(self.field, value)
        return format_html('{} <span class="reference">{}</span>', shown, label) if label else shown
