"""How an upper app adds to a lower app's admin pages without the lower app knowing: `extend(Product, MetaStatus)`.

Extensions are collected when their module is imported and looked up when a page is drawn, so the import order does not matter.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from common.admin.badges import Banner, Tool


class Extension:
    """What to add. Names in the lists are methods of the extension (or fields of the model):

    list_display, readonly_fields: `method(self, obj)`; actions: `method(self, model_admin, request, queryset)` with @action.
    list_position: where the columns go (None = at the end). fieldsets: Django's form, shown on change pages of objects that it `concerns`;
    fieldset_position: where they go (None = at the end).
    """

    list_display: Sequence[str] = ()
    list_position: int | None = None
    list_filter: Sequence[Any] = ()
    search_fields: Sequence[str] = ()
    actions: Sequence[str] = ()
    fieldsets: Sequence[Any] = ()
    fieldset_position: int | None = None
    readonly_fields: Sequence[str] = ()
    inlines: Sequence[type] = ()

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def concerns(self, obj: Any) -> bool:
        """Whether the fieldsets say anything about this object."""
        return True

    def second_line(self, obj: Any) -> str:
        """A few words beside the second line of an object's name in the list, where the list has such a line; "" for none."""
        return ""

    def get_form(self, request: HttpRequest, obj: Any, form: type) -> type:
        """The form of an object's page (obj None: of a new one), changed where a field should look or be checked otherwise."""
        return form

    def get_queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        """Add annotations, select_related or prefetch_related; never widen."""
        return rows

    def get_urls(self, model_admin: Any) -> list[Any]:
        """Extra pages; build each with `model_admin.page(route, view, name)`."""
        return []

    def banners(self, request: HttpRequest, obj: Any | None = None) -> list[Banner]:
        """Notices above the list (obj None) or above one object's page."""
        return []

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Buttons of one object's page."""
        return []

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Buttons of the list."""
        return []

    def saved(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        """Called inside the form's transaction after the object (form.instance) and its inlines were saved, for example to warn about what
        the change leads to."""

    def resolve(self, names: Sequence[Any]) -> list[Any]:
        """Names that are methods of this extension become those methods; anything else stays."""
        return [getattr(self, name) if isinstance(name, str) and hasattr(self, name) else name for name in names]

    def resolved_fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        """The fieldsets with method names resolved, also inside lines of several fields."""
        return [(title, {**options, "fields": self._line(options["fields"])}) for title, options in self.fieldsets]

    def _line(self, fields: Sequence[Any]) -> list[Any]:
        return [tuple(self.resolve(field)) if isinstance(field, (list, tuple)) else self.resolve([field])[0] for field in fields]


_extensions: dict[type[Model], list[Extension]] = defaultdict(list)


def extend(model: type[Model], extension: type[Extension]) -> None:
    """Adds an extension to the model's admin pages; a second call with the same class changes nothing."""
    if not any(type(known) is extension for known in _extensions[model]):
        _extensions[model].append(extension(model))


def extensions_of(model: type[Model]) -> list[Extension]:
    """All extensions of a model, in the order they were added."""
    return list(_extensions[model])
