"""What does a field of django-taggit point at? Its own arguments do not say; the model between does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from boundaries.enforcement.source.facts import FieldFact
from boundaries.enforcement.source.field import Fields
from boundaries.enforcement.source.model import Model, Models, Target

_TAG, _ITEM = Target("taggit.Tag", None), Target("taggit.TaggedItem", None)
# A model between that can tag anything gives what it tags a generic relation to itself.
_OF_ANYTHING = re.compile(r"Generic\w*TaggedItem")


class Tagging:
    """Follows fields that hold tags, over the model between, to the tags."""

    def __init__(self, models: Models, fields: Fields) -> None:
        self._models = models
        self._fields = fields

    def tags(self, declaring: Model, field: FieldFact, label: str) -> Target | None:
        """The model of the tags; None where the source does not tell."""
        item = self.item(declaring, field, label)
        if item is None or item is _ITEM or (model := self._models.of_label(item.dotted)) is None:
            return item and _TAG
        for owner, found in self._models.fields(model):
            if found.name == "tag":
                target, module = self._fields.target(owner.symbol.module, found)
                return self._models.meant_by(target, module=module, label=model.label)
        return _TAG

    def item(self, declaring: Model, field: FieldFact, label: str) -> Target | None:
        """The model between a tag and what is tagged."""
        through, module = self._fields.through(declaring.symbol.module, field)
        return self._models.meant_by(through, module=module, label=label) if through else _ITEM

    def is_generic(self, item: Target | None) -> bool:
        """Whether the model between can tag anything."""
        model = self._models.of_label(item.dotted) if item is not None else None
        return model is not None and any(_OF_ANYTHING.search(base) for base in self._base_names(model, 0))

    def _base_names(self, model: Model, depth: int) -> Iterator[str]:
        yield from model.fact.bases
        for base in self._models.bases(model) if depth < 8 else ():
            yield from self._base_names(base, depth + 1)
