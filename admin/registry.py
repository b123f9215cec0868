"""Which view a model gets: the derived one, unless a view is registered for it by name."""

from collections.abc import Callable
from typing import TypeVar

from admin.views.content import ContentView
from admin.views.model import ModelScreen
from cms.models.base import Model
from cms.models.publishable import Publishable

V = TypeVar("V", bound=type[ModelScreen])

_VIEWS: dict[type[Model], type[ModelScreen]] = {}


def view_for(model: type[Model]) -> Callable[[V], V]:
    """Register a view class where the derived one will not do."""

    def register(view: V) -> V:
        _VIEWS[model] = view
        return view

    return register


def view_class(model: type[Model]) -> type[ModelScreen]:
    """The view class of a model."""
    if model in _VIEWS:
        return _VIEWS[model]
    return ContentView if issubclass(model, Publishable) else ModelScreen
