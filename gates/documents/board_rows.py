"""The rows of the board that a document can name."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F
from django.utils.translation import gettext as _

from gates.models import Blocker, Condition, Gate, Owner
from gates.rules.text import same_as

from .field_values import DependencyFailed, InvalidValue
from .records import LAUNCH_PATHS, NATURAL_KEYS, Document

Key = tuple[type, tuple[Any, ...]]  # model and natural key


class BoardRows:
    """The rows of the launches and owners that a document names, by model and natural key.

    failed: the keys of records that were refused.
    """

    def __init__(self, document: Document) -> None:
        self.slugs = sorted(document.launch_slugs())
        self.owners = sorted(document.owner_names())
        self.by_key: dict[Key, Any] = {}
        self._by_spelling: dict[Key, Any] = {}
        self.failed: set[Key] = set()

    def read(self, model: Any) -> Iterator[Any]:
        """Read and lock the rows of a model, and yield each."""
        relations = [
            name for name in NATURAL_KEYS[model] if model._meta.get_field(name).is_relation
        ]
        launches = [f"{name}__launch" for name in relations if name in {"gate", "claim"}]
        if model is Condition:
            launches = ["gate_check__gate__launch"]
        # Locked, so that no row changes between the comparison and the write. Rows of other
        # launches are neither read nor locked.
        rows = model.objects.filter(**self._scope(model)).select_for_update(of=("self",))
        query = rows.select_related(*relations, *launches).order_by("pk")
        if model is Blocker:
            # Of blockers with the same text the unresolved one comes last and is the one kept.
            query = query.order_by(F("resolved_at").asc(nulls_last=True), "pk")
        for row in query:
            self.add(model, row.natural_key(), row)
            yield row

    def add(self, model: type, key: tuple[Any, ...], row: Any) -> None:
        """Let the row be found by its key."""
        self.by_key[(model, key)] = row
        self._by_spelling.setdefault((model, _comparable(key)), row)

    def find(self, model: type, key: tuple[Any, ...]) -> Any:
        """Return the row with a key, or else the one whose key reads the same, or else None."""
        return self.by_key.get((model, key)) or self._by_spelling.get((model, _comparable(key)))

    def _scope(self, model: Any) -> dict[str, Any]:
        """Return the filter for the rows of a model that the document can name."""
        if model is Owner:
            wanted = {same_as(name) for name in self.owners}
            names = Owner.objects.order_by().values_list("name", flat=True)
            return {"name__in": [name for name in names if same_as(name) in wanted]}
        path = LAUNCH_PATHS[model]
        return {f"{path}slug__in": self.slugs}

    def _elsewhere(self, model: Any, key: list[Any]) -> Any:
        """Return a gate of a launch that the document does not name, such as the one before."""
        if model is not Gate or len(key) != 2 or not all(isinstance(part, str) for part in key):
            return None
        gates = Gate.objects.select_related("launch").exclude(launch__slug__in=self.slugs)
        return gates.filter(launch__slug=key[0], code=key[1]).first()

    def related(self, field: Any, key: Any) -> Any:
        """Return the row that a natural key names.

        Raises:
            InvalidValue: not a natural key, or there is no such row.
        """
        model, label = field.related_model, field.related_model._meta.verbose_name
        if not isinstance(key, list) or any(isinstance(part, (list, dict)) for part in key):
            message = _("%(value)s is not a natural key, a flat list of texts")
            raise InvalidValue(field.name, message % {"value": repr(key)})
        if (model, tuple(key)) in self.failed:
            raise DependencyFailed(field.name, "")
        if model is get_user_model():
            try:
                return model.objects.get_by_natural_key(*key)
            except (ObjectDoesNotExist, TypeError) as error:
                message = _("there is no account %(key)s") % {"key": repr(key)}
                raise InvalidValue(field.name, message) from error
        row = self.find(model, tuple(key)) or self._elsewhere(model, key)
        if row is None:
            message = _("there is no %(kind)s %(key)s") % {"kind": label, "key": repr(key)}
            raise InvalidValue(field.name, message)
        return row


def _comparable(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(same_as(part) if isinstance(part, str) else part for part in key)
