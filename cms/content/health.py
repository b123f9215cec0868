"""Whether pages can be served at this moment."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cms.extensions import db


def database_answers() -> bool:
    """Return whether the database can be asked."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
