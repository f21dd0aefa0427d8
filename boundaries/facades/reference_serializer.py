"""How does a REST framework serializer show what it refers to in another context?"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from rest_framework import serializers

from boundaries.facades import resolution


class ReferenceField(serializers.Field):  # type: ignore[type-arg]
    """`{"id": …, "label": …}` of a `Reference`; written as the bare identity. A list asks the facade once.

    Without it, a ModelSerializer shows and takes the identity alone.
    """

    default_error_messages = {"gone": "{to} {identity} does not exist."}

    def bind(self, field_name: str, parent: Any) -> None:
        """Find the model's field of the same name, or of `source`."""
        super().bind(field_name, parent)
        self.reference: Any = parent.Meta.model._meta.get_field(self.source)
        self.source_attrs = [self.reference.attname]
        self._labels: dict[Any, str] | None = None
        self.allow_null = self.allow_null or self.reference.null
        self.required = self.required and not self.reference.null

    def to_representation(self, value: Any) -> dict[str, Any]:
        """The identity, and its label or the identity again."""
        return {"id": value, "label": self._label_of(value)}

    def to_internal_value(self, data: Any) -> Any:
        """The identity, if its owner does not say that there is no such row."""
        key = self.reference.to_python(data["id"] if isinstance(data, dict) and "id" in data else data)
        if resolution.is_known_to_be_gone(self.reference, key):
            self.fail("gone", to=self.reference.to, identity=key)
        return key

    def _label_of(self, key: Any) -> str:
        if self._labels is None or key not in self._labels:
            self._labels = resolution.labels(self.reference, self._page())
        return self._labels.get(key, str(key))

    def _page(self) -> list[Model]:
        """The rows that are serialized together."""
        outer: Any = (
            self.parent.parent if isinstance(self.parent.parent, serializers.ListSerializer) else self.parent
        )
        instance = outer.instance
        return [instance] if isinstance(instance, Model) else list(instance or ())
