"""The record of who did what: one call in each service, inside its transaction."""

from typing import Any

from cms.extensions import db
from cms.models import AuditEntry


def record(
    actor: Any,
    action: str,
    target: Any = None,
    *,
    label: str | None = None,
    locale: str | None = None,
    **details: Any,
) -> AuditEntry:
    """Add a line to the record, in the caller's transaction.

    `target`, an object of a model, gives kind, id, name and language where they are not given. Details must be
    JSON, and never a secret.
    """
    entry = AuditEntry(
        actor_id=getattr(actor, "id", None),
        action=action,
        model=target.__tablename__ if target is not None else None,
        object_id=target.id if target is not None else None,
        label=(label if label is not None else str(target) if target is not None else "")[:240],
        locale=locale if locale is not None else getattr(target, "locale", None),
        details=details,
    )
    db.session.add(entry)
    return entry
