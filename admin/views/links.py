"""Finding content of this site for a link: what the editor's link dialog asks."""

from http import HTTPStatus
from typing import Any

from flask import abort, jsonify, request
from flask_admin import expose
from flask_login import current_user

from admin.title_search import rows_called
from admin.views.secure import SecureView
from cms.i18n.locales import lookup
from cms.models import Category, Page, Post
from cms.models.publishable import Publishable
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import may, visible

LINKED: tuple[Any, ...] = (Post, Page, Category)
EACH = 8


class LinkSearchView(SecureView):
    """`GET /admin/link-search/?q=…&locale=…` answers [{title, url, kind}]."""

    purpose = "hidden"
    endpoint_permissions = {"index": BACKOFFICE_ENTER}

    def __init__(self) -> None:
        super().__init__(name="Links", endpoint="admin_link_search", url="/admin/link-search")

    @expose("/")
    def index(self) -> Any:
        """Content that is called like the words, in a language; a few queries for each kind."""
        language = lookup(request.args.get("locale", ""))
        if language is None:
            abort(HTTPStatus.BAD_REQUEST)
        text = request.args.get("q", "")[:200]
        found: list[dict[str, str]] = []
        for model in LINKED:
            if not may(current_user, "read", model):
                continue
            conditions = [model.locale == language.code, visible(current_user, "read", model)]
            if issubclass(model, Publishable):
                conditions.append(model.trashed_at.is_(None))
            rows = rows_called(model, text, conditions, limit=EACH)
            found.extend({"title": str(row), "url": row.public_path, "kind": str(model.__label__)} for row in rows)
        return jsonify(found)
