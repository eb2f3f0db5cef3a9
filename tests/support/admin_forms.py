"""What a browser would send from the gate's admin page."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from gates.models import Action, Blocker, Evidence, Gate
from gates.roles import create_groups
from tests.support import factory


def person(username: str, role: str) -> User:
    """A member of staff in one of the groups."""
    create_groups()
    user = factory.user(username, is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    return user


def rows(prefix: str, forms: Sequence[dict[str, Any]], initial: int = 0) -> dict[str, Any]:
    """An inline formset's fields; the first `initial` forms are rows that exist."""
    data: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(forms),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return data


def proof(summary: str = factory.PROOF, **fields: Any) -> dict[str, Any]:
    """One evidence form, filled in."""
    return {"kind": "statement", "summary": summary, **fields}


def version_of(model: Any, pk: int) -> int | None:
    """The version that a page of this row shows now."""
    found: int | None = model.objects.filter(pk=pk).values_list("version", flat=True).first()
    return found


def gate_data(gate: Gate | None = None, **fields: Any) -> dict[str, Any]:
    """The gate's page as it would be sent unchanged, then changed by `fields`.

    `evidence`, `blockers` and `actions` are lists of new rows' forms; `existing_evidence` and
    `existing_blockers` change or delete rows that are there, by their id.
    """
    data = {
        "section": gate.section_id if gate else "",
        "code": gate.code if gate else "",
        "title": gate.title if gate else "",
        "definition_of_done": gate.definition_of_done if gate else "",
        "progress": gate.progress if gate else "open",
        "reason": "",
        "priority": gate.priority if gate else "",
        "notes": gate.notes if gate else "",
        "counted": "on",
        "not_counted_reason": "",
        "position": gate.position if gate else 0,
        "read_version": version_of(Gate, gate.pk) if gate else "",
    }
    for model, prefix in ((Evidence, "evidence"), (Blocker, "blockers"), (Action, "actions")):
        kept = fields.pop(f"existing_{prefix}", {})
        existing = [
            {"id": pk, "gate": gate.pk, "read_version": version_of(model, pk), **form}
            for pk, form in kept.items()
            if gate
        ]
        data |= rows(prefix, [*existing, *fields.pop(prefix, [])], initial=len(existing))
    return data | fields


def save_gate(client: Client, gate: Gate | None = None, **fields: Any) -> Any:
    """Send the gate's page: the page of an existing gate, or "add" for none."""
    if gate is None:
        url = reverse("admin:gates_gate_add")
    else:
        url = reverse("admin:gates_gate_change", args=[gate.pk])
    return client.post(url, gate_data(gate, **fields))


def errors_of(response: Any) -> dict[str, list[str]]:
    """The messages on the fields of a form that was refused, and on the evidence ("evidence")."""
    context = response.context_data
    form = context["adminform"].form
    found = {name: list(messages) for name, messages in form.errors.items()}
    for inline in context["inline_admin_formsets"]:
        if messages := inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(messages)
        for number, errors in enumerate(inline.formset.errors):
            for name, messages in errors.items():
                found[f"{inline.formset.prefix}-{number}-{name}"] = list(messages)
    return found
