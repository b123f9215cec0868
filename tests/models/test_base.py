"""What holds for the tables of all models."""

from sqlalchemy import UniqueConstraint

import cms.models  # noqa: F401 -- maps them all
from cms.extensions import Base


def test_every_reference_leads_an_index() -> None:
    """Else deleting what it points to looks at every row of its table, under the lock of a write."""
    missing = []
    for table in Base.metadata.tables.values():
        unique = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
        leading = {next(iter(key.columns)).name for key in (table.primary_key, *table.indexes, *unique)}
        missing += [str(key.parent) for key in table.foreign_keys if key.parent.name not in leading]
    assert missing == []
