"""Category paths of a business: "Food > Pizza" to a category and back."""

import re

from django.core.exceptions import ValidationError

from products_and_services.load_snapshots import load_categories
from products_and_services.models import ProductCategory
from products_and_services.spreadsheets.values import plain
from tenants.models import Tenant

BY_ID = re.compile(r"#(\d{1,18})\Z")
LONGEST_NAME = 255
DEEPEST = 20  # shelves below each other that an import makes; what stands there already may be deeper


class CategoryPaths:
    """All categories of a business, read once; `reload` after a rollback. A path that two categories share names the older one."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.reload()

    def reload(self) -> None:
        """Forgets what was made meanwhile."""
        self.paths = {pk: category.path for pk, category in sorted(load_categories(self.tenant.pk).items())}
        self.exact: dict[str, int] = {}
        self.loose: dict[str, int] = {}
        for pk, path in self.paths.items():
            self._learn(pk, path)

    def _learn(self, pk: int, path: str) -> None:
        self.paths[pk] = path
        self.exact.setdefault(_key(path), pk)
        self.loose.setdefault(_key(path).casefold(), pk)

    def find(self, text: str) -> int | None:
        """The id of the category that a path, or "#12", names; None when there is none."""
        named = BY_ID.match(text)
        if named:
            return int(named[1]) if int(named[1]) in self.paths else None
        key = _key(text)
        return self.exact.get(key) or self.loose.get(key.casefold())

    def text_of(self, pk: int) -> str:
        """A path that leads back to this category; "#12" where the path alone does not."""
        path = plain(self.paths.get(pk, ""))
        return path if self.find(path) == pk and not re.search(r"[|\n]", path) else f"#{pk}"

    def ensure(self, text: str) -> int:
        """The category's id; it and the missing ones above it are made. Raises ValidationError for a name that is too long or blank."""
        found = self.find(text)
        if found is not None:
            return found
        parent: int | None = None
        steps = _key(text).split(" > ")
        for depth in range(1, len(steps) + 1):
            path = " > ".join(steps[:depth])
            parent = self.find(path) or self._make(steps[depth - 1], parent, path)
        return parent  # type: ignore[return-value]

    def _make(self, name: str, parent: int | None, path: str) -> int:
        problem = path_problem(path)
        if problem:
            raise ValidationError({"category": problem})
        category = ProductCategory(tenant=self.tenant, name=name, parent_id=parent)
        category.save()
        self._learn(category.pk, path)
        return category.pk


def path_problem(text: str) -> str:
    """Why no category can be made for this path; "" when it can."""
    steps = _key(text).split(" > ")
    if BY_ID.match(text):
        return f"There is no category with the ID {text.removeprefix('#')}."
    if len(steps) > DEEPEST:
        return f"This path has {len(steps)} categories below each other; at most {DEEPEST} are made."
    if any(not step or len(step) > LONGEST_NAME for step in steps):
        return f"“{text[:60]}” is no path. Write names of at most {LONGEST_NAME} characters with > between them: Food > Pizza."
    return ""


def _key(text: str) -> str:
    return " > ".join(re.split(r"\s*>\s*", plain(text)))
