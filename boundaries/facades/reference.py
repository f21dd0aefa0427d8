"""How does a row point at another context's row?

A `Reference` keeps what a foreign key had in its own table (the column, its type, its index) and gives up what crosses
the boundary: the constraint, the join and the reverse accessor. Changing a ForeignKey into a Reference of the same
name and type only drops the constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.db import models

from boundaries.errors import BoundaryError
from boundaries.facades import resolution

OnDelete = Callable[..., None]

# What can be carried out by a message, after the row is gone elsewhere.
MEANINGS: Mapping[OnDelete, str] = {
    models.CASCADE: "cascade",
    models.PROTECT: "protect",
    models.RESTRICT: "protect",
    models.SET_NULL: "set null",
    models.DO_NOTHING: "nothing",
}


class ReferenceNotLoaded(BoundaryError, AttributeError):
    """Raised when code asks a reference for the object behind it, as it did when it was a foreign key."""

    code = "BD306"
    problem = "{owner}.{name} points into another context ({to}); there is no object to follow."
    remedy = (
        "Read {owner}.{name}_id, or call {owner}.{name}.resolve(rows) first, once for a whole page of rows."
    )


class ReferenceTypeDiffers(BoundaryError):
    """Reported at start-up: the column would not hold what identifies the other context's row."""

    code = "BD830"
    problem = "{field} holds {own}, but {to} is identified by {target}."
    remedy = "Give it to_type={target}: the column then stays what it was as a foreign key."


class MeaningUnsupported(BoundaryError):
    """Reported at start-up for an `on_delete` that no message can carry out."""

    code = "BD831"
    problem = "{field} cannot have on_delete={on_delete}: {reason}."
    remedy = "Use CASCADE, PROTECT, SET_NULL (with null=True) or DO_NOTHING."


class Reference(models.Field):  # type: ignore[type-arg]
    """The identity of a row of another context: `payment = Reference("payments.Payment", to_type=models.UUIDField())`.

    The value is read and written as `<name>_id`, also in filters and `values()`; `Model(payment=...)` and
    `filter(payment=...)` take an identity, or the object while both contexts live in one process.
    `Model.payment.resolve(rows)` asks the other context's facade for a page of rows; then `row.payment` is what the
    facade answered, None where that row is gone.

    `to_type` is an instance of the field that identifies the target, BigIntegerField by default; `to_field` names it
    where it is not the primary key. `on_delete` says what becomes of this row when the other context deletes the
    target: carried out by a message (`boundaries.messaging.deletion`), after the fact.
    """

    non_db_attrs = (*models.Field.non_db_attrs, "on_delete", "to_field")

    def __init__(
        self,
        to: str,
        on_delete: OnDelete = models.DO_NOTHING,
        *,
        to_type: models.Field[Any, Any] | None = None,
        to_field: str | None = None,
        **options: Any,
    ) -> None:
        self.to = to
        self.on_delete = on_delete
        self.to_field = to_field
        self.to_type = to_type or models.BigIntegerField()
        options.setdefault("db_index", not options.get("unique", False))
        super().__init__(**options)

    @property
    def meaning(self) -> str:
        """What a deletion of the target means here: `cascade`, `protect`, `set null` or `nothing`."""
        return MEANINGS.get(self.on_delete, "nothing")

    @property
    def target(self) -> str:
        """What a facade's operation must say that it resolves: `app.Model`, with the field where it is not the key."""
        return f"{self.to}.{self.to_field}" if self.to_field else self.to

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """As a migration writes it."""
        name, _path, _args, options = super().deconstruct()
        is_indexed = options.pop("db_index", False)
        if is_indexed == self.unique:
            options["db_index"] = is_indexed
        if self.on_delete is not models.DO_NOTHING:
            options["on_delete"] = self.on_delete
        if self.to_field:
            options["to_field"] = self.to_field
        return name, "boundaries.Reference", [self.to], {**options, "to_type": self.to_type}

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Whether the meaning can be carried out, and the column fits a target that is installed here."""
        problems = filter(None, (self._check_meaning(), self._check_type()))
        return [*super().check(**kwargs), *(self._as_message(problem) for problem in problems)]

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
        return self.to_type.to_python(self.identity_of(value))

    def get_prep_value(self, value: Any) -> Any:
        """The identity as the database wants it."""
        return self.to_type.get_prep_value(super().get_prep_value(self.identity_of(value)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The identity as this database wants it."""
        return self.to_type.get_db_prep_value(value, connection, prepared)

    def get_db_converters(self, connection: Any) -> list[Any]:
        """Those of the target's type."""
        return self.to_type.get_db_converters(connection)

    def formfield(self, **options: Any) -> Any:
        """An input for the identity, with the label that the facade gives beside it."""
        from boundaries.facades.reference_form import ReferenceInput

        made = self.to_type.formfield(**{"label": self.verbose_name, "required": not self.blank, **options})
        if made is not None and "widget" not in options:
            made.widget = ReferenceInput(self, attrs=made.widget.attrs, input_type=made.widget.input_type)
        return made

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """As for a foreign key: the row exists, says its facade. While nobody answers, the sweep is left to find it."""
        super().validate(value, model_instance)
        if value is not None and resolution.is_known_to_be_gone(self, value):
            raise ValidationError(f"{self.to} {value} does not exist.", code="invalid")

    def identity_of(self, value: Any) -> Any:
        """What is kept of a value: an object's identity, or the value itself."""
        return getattr(value, self.to_field or "pk") if isinstance(value, models.Model) else value

    def _as_message(self, problem: BoundaryError) -> CheckMessage:
        return Error(problem.what, hint=problem.what_to_do, obj=self, id=f"boundaries.{problem.code}")

    def _check_meaning(self) -> MeaningUnsupported | None:
        if self.on_delete not in MEANINGS:
            reason = "what it sets is known only where the row is deleted"
        elif self.on_delete is models.SET_NULL and not self.null:
            reason = "the column takes no NULL"
        else:
            return None
        said = getattr(self.on_delete, "__name__", str(self.on_delete))
        return MeaningUnsupported(field=str(self), on_delete=said, reason=reason)

    def _check_type(self) -> ReferenceTypeDiffers | None:
        from django.apps import apps

        try:
            model = apps.get_model(self.to)
        except (LookupError, ValueError):
            return None
        target = model._meta.get_field(self.to_field) if self.to_field else model._meta.pk
        own, wanted = _shape(self.to_type), _shape(target)
        if own == wanted:
            return None
        return ReferenceTypeDiffers(field=str(self), own=own, to=self.target, target=wanted)


def _shape(field: Any) -> str:
    """The type of a column that points at a field, without asking a database: `UUIDField()`."""
    kind = {
        "AutoField": "IntegerField",
        "BigAutoField": "BigIntegerField",
        "SmallAutoField": "SmallIntegerField",
    }
    while field.remote_field:
        field = field.target_field
    name = field.get_internal_type()
    length = getattr(field, "max_length", None)
    return f"{kind.get(name, name)}({f'max_length={length}' if length else ''})"


class _Pointer:
    """Takes an identity; gives what the facade answered, and refuses to pretend that there is an object."""

    def __init__(self, field: Reference) -> None:
        self.field = field

    def resolve(self, rows: Iterable[models.Model]) -> dict[Any, Any]:
        """Ask the other context's facade for these rows, in one call for up to a thousand identities.

        Returns identity to answer, without those that are gone; afterwards each `row.<name>` is its answer.

        :raises ReferenceUnresolvable: when no operation of a facade says that it resolves the target.
        :raises RemoteFailure: when the context lives elsewhere and did not answer.
        """
        return resolution.resolve(self.field, rows)

    def labels(self, rows: Iterable[models.Model]) -> dict[Any, str]:
        """What to show for these rows; where the facade cannot be asked, the identity itself."""
        return resolution.labels(self.field, rows)

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        if getattr(instance, self.field.attname) is None:
            return None
        if resolution.is_loaded(self.field, instance):
            return resolution.loaded(self.field, instance)
        raise ReferenceNotLoaded(owner=owner.__name__, name=self.field.name, to=self.field.to)

    def __set__(self, instance: models.Model, value: Any) -> None:
        setattr(instance, self.field.attname, self.field.identity_of(value))
