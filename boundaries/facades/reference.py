"""How does a row point at another context's row?

A `Reference` keeps what a foreign key had in its own table (the column, its type, its index) and gives up what crosses
the boundary: the constraint, the join and the reverse accessor. Changing a ForeignKey into a Reference of the same
name and type only drops the constraint.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from boundaries.errors import BoundaryError


class ReferenceNotLoaded(BoundaryError, AttributeError):
    """Raised when code asks a reference for the object behind it, as it did when it was a foreign key."""

    code = "BD306"
    problem = "{owner}.{name} points into another context ({to}); there is no object to follow."
    remedy = "Read {owner}.{name}_id and ask that context's facade, once for a whole page of rows."


class Reference(models.Field):  # type: ignore[type-arg]
    """The identity of a row of another context: `payment = Reference("payments.Payment", to_type=models.UUIDField())`.

    The value is read and written as `<name>_id`, also in filters and `values()`; `Model(payment=...)` takes an
    identity too. `to_type` is an instance of the target's primary key field, BigIntegerField by default.
    """

    def __init__(
        self, to: str, *args: Any, to_type: models.Field[Any, Any] | None = None, **options: Any
    ) -> None:
        self.to = to
        self.to_type = to_type or models.BigIntegerField()
        options.setdefault("db_index", not options.get("unique", False))
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """As a migration writes it."""
        name, _path, args, options = super().deconstruct()
        is_indexed = options.pop("db_index", False)
        if is_indexed == self.unique:
            options["db_index"] = is_indexed
        return name, "boundaries.Reference", [self.to, *args], {**options, "to_type": self.to_type}

    def get_attname(self) -> str:
        """`<name>_id`, as for a foreign key."""
        return f"{self.name}_id"

    def get_attname_column(self) -> tuple[str, str]:
        """The attribute, and the column of the same name unless `db_column` says otherwise."""
        attname = self.get_attname()
        return attname, self.db_column or attname

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Add the field, and a descriptor that explains itself in place of the related object."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.name, _Pointer(self))

    def db_type(self, connection: Any) -> str | None:
        """The column type that a foreign key to the same target would have."""
        return self.to_type.rel_db_type(connection)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """Type only: the checks of the target's type belong to the target."""
        return {"type": self.db_type(connection), "check": None}

    def get_internal_type(self) -> str:
        """That of the target, so that the database adapters treat the value alike."""
        return self.to_type.get_internal_type()

    def to_python(self, value: Any) -> Any:
        """The identity in the target's Python type."""
        return self.to_type.to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        """The identity as the database wants it."""
        return self.to_type.get_prep_value(super().get_prep_value(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The identity as this database wants it."""
        return self.to_type.get_db_prep_value(value, connection, prepared)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Those of the target's type."""
        return self.to_type.get_db_converters(connection)

    def formfield(self, **options: Any) -> Any:
        """A plain input for the identity."""
        return self.to_type.formfield(**{"label": self.verbose_name, "required": not self.blank, **options})


class _Pointer:
    """Takes an identity; refuses to pretend that there is an object."""

    def __init__(self, field: Reference) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        raise ReferenceNotLoaded(owner=owner.__name__, name=self.field.name, to=self.field.to)

    def __set__(self, instance: models.Model, value: Any) -> None:
        setattr(instance, self.field.attname, value)
