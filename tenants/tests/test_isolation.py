"""A walk over every admin page, action, filter and autocomplete with the other business's ids.

Driven by the admin's registry: a new model or page is walked from its first day, and one that cannot be walked fails here until its app
says how (tests/samples.py, see builder.py). The API's walk is test_isolation_api.py.
"""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth import get_user_model
from django.db import models
from django.test import RequestFactory
from django.urls import URLPattern, reverse

from common.admin import ConsoleAdmin, TenantModelAdmin, access
from common.admin.filters import ScopedChoices
from tenants.models import Role
from tenants.scopes import ROLE_SCOPES, allows
from tenants.tests.builder import OURS, canary, everything_of, sample_tables, text_of
from tenants.tests.factories import logged_in, make_member, make_superuser

pytestmark = pytest.mark.django_db
OUR_LABELS = {config.label for config in OURS}
ADMINS = [page for page in admin.site._registry.values() if isinstance(page, TenantModelAdmin)]
REFUSED = (302, 403, 404, 405)
WHO = [*Role.values, "superuser", "stranger"]


def walker(world, who):
    """A browser of a person of my business (or of nobody's)."""
    if who == "superuser":
        return logged_in(make_superuser(), world.mine.tenant)
    if who == "stranger":
        return logged_in(get_user_model().objects.create_user("stranger", is_staff=True), world.theirs.tenant)
    return logged_in(make_member(world.mine.tenant, who), world.theirs.tenant)  # asks for theirs in the session: must not help


def assert_nothing_of_theirs(world, answer, where):
    """The businesses' names themselves stand in a superuser's switcher; no other word and no address of theirs may appear."""
    text = re.sub(r'<form[^>]*class="switcher">.*?</form>', "", text_of(answer), flags=re.DOTALL)
    assert answer.status_code < 500, where
    assert canary(world.theirs.tenant) not in text and world.theirs.tenant.name not in text, where
    for page in ADMINS:
        row = world.theirs.row(page.model)
        assert f"/{page.opts.app_label}/{page.opts.model_name}/{row.pk}/" not in text, (where, page)


def url(page, name, *args, **kwargs):
    return reverse(page.url_name(name), args=args, kwargs=kwargs)


def test_every_model_of_ours_in_the_admin_is_scoped():
    unscoped = [
        page.model._meta.label
        for page in admin.site._registry.values()
        if page.model._meta.app_label in OUR_LABELS and not isinstance(page, TenantModelAdmin)
    ]
    assert unscoped == []
    for page in ADMINS:
        assert page.tenant_lookup == access.tenant_path(page.model), f"{page}: tenant_lookup should be {access.tenant_path(page.model)}"


@pytest.mark.parametrize("page", ADMINS, ids=lambda page: page.opts.label)
def test_the_walk_is_not_empty(world, page):
    """Control: what is refused below for their rows is granted for mine."""
    client = walker(world, Role.OWNER)
    row = world.mine.row(page.model)
    listed = client.get(url(page, "changelist"))
    assert listed.status_code == 200
    assert str(row.pk) in text_of(listed)
    assert client.get(url(page, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("page", ADMINS, ids=lambda page: page.opts.label)
def test_their_rows_are_out_of_reach_in_the_admin(world, page, who):
    client = walker(world, who)
    row, before = world.theirs.row(page.model), everything_of(world.theirs)
    for where, answer in requests_at(client, page, row):
        assert answer.status_code in REFUSED, (where, answer.status_code)
        assert_nothing_of_theirs(world, answer, where)
    for where, answer in overviews(client, page, world.theirs, shared_too=who != "superuser"):
        assert_nothing_of_theirs(world, answer, where)
    assert everything_of(world.theirs) == before


def requests_at(client, page, row):
    """Every page of one object, by GET and by POST."""
    walk = sample_tables("WALK")
    for pattern in page.get_urls():
        if not isinstance(pattern, URLPattern) or not pattern.name:
            continue
        arguments = set(pattern.pattern.converters)
        if not arguments:
            continue
        name = f"admin:{pattern.name}"
        if arguments == {"object_id"}:
            address = reverse(name, kwargs={"object_id": row.pk})
        else:
            assert name in walk, f"{name} takes {arguments}: say how to walk it in tests/samples.py (WALK)"
            address = reverse(name, kwargs=walk[name](row))
        yield f"GET {address}", client.get(address)
        yield f"POST {address}", client.post(address, {"post": "yes", "name": "stolen"})


def overviews(client, page, theirs, shared_too):
    """Lists, filters, live cells, actions, autocompletes (shared_too: of tables without a business as well) and pages without an object."""
    changelist, row = url(page, "changelist"), theirs.row(page.model)
    yield changelist, client.get(changelist)
    yield "search", client.get(changelist, {"q": "canary"})
    for field in page.model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            foreign = field.value_from_object(row) or theirs.row(field.related_model).pk
            query = {f"{field.name}__{field.target_field.name}__exact": foreign}
            yield f"filter {field.name}", client.get(changelist, query)
    for field in [*page.model._meta.concrete_fields, *page.model._meta.many_to_many]:
        if field.remote_field and (shared_too or access.tenant_path(field.related_model)):
            query = {"app_label": page.opts.app_label, "model_name": page.opts.model_name, "field_name": field.name, "term": ""}
            yield f"autocomplete {field.name}", client.get(reverse("admin:autocomplete"), query)
    for pattern in page.get_urls():
        if isinstance(pattern, URLPattern) and pattern.name and not pattern.pattern.converters:
            address = reverse(f"admin:{pattern.name}")
            yield address, client.get(address, {"ids": f"{row.pk}:{','.join(live_names(page))}"})
    for name in action_names(client, page):
        chosen = {"action": name, "_selected_action": [str(row.pk)], "post": "yes"}
        yield f"action {name}", client.post(changelist, chosen, follow=True)


def live_names(page):
    owners = [page, *page.extensions]
    return [name for owner in owners for name in dir(type(owner)) if hasattr(getattr(type(owner), name, None), "live_inner")] or ["x"]


def action_names(client, page):
    request = RequestFactory().get("/")
    request.user = make_superuser()
    request.session = {}
    return ["delete_selected", *page.get_actions(request)]


@pytest.mark.parametrize("page", ADMINS, ids=lambda page: page.opts.label)
def test_forms_offer_and_accept_only_my_rows(world, page, rf):
    """Every relation of the form and of its inlines, when adding and when changing."""
    request = rf.get("/")
    request.user, request.session = make_member(world.mine.tenant, Role.OWNER), {}
    for obj in (None, world.mine.row(page.model)):
        if obj is None and not page.has_add_permission(request):
            continue
        forms = [page.get_form(request, obj, change=obj is not None)]
        forms += [inline.get_formset(request, obj).form for inline in page.get_inline_instances(request, obj)]
        for form in forms:
            for name, field in form.base_fields.items():
                rows = getattr(field, "queryset", None)
                if rows is not None and access.tenant_path(rows.model):
                    foreign = world.theirs.row(rows.model)
                    assert not rows.filter(pk=foreign.pk).exists(), (form, name)


@pytest.mark.parametrize("page", ADMINS, ids=lambda page: page.opts.label)
def test_a_filter_refuses_a_foreign_value(world, page, rf):
    """Refused, not just empty: some filters print the name of the chosen row."""
    client = walker(world, Role.OWNER)
    request = rf.get("/")
    request.user, request.session = make_member(world.mine.tenant, Role.OWNER), {}
    for item in page.get_list_filter(request):
        if isinstance(item, tuple) and issubclass(item[1], ScopedChoices):
            target = get_fields_from_path(page.model, item[0])[-1].related_model
            for builder, status in ((world.mine, 200), (world.theirs, 302)):
                query = {f"{item[0]}__{target._meta.pk.name}__exact": builder.row(target).pk}
                assert client.get(url(page, "changelist"), query).status_code == status, (item, status)


@pytest.mark.parametrize("page", ADMINS, ids=lambda page: page.opts.label)
def test_staff_and_managers_keep_to_their_scopes(world, page):
    """A page of credentials is closed to staff; nobody adds, changes or deletes beyond the role."""
    for role in (Role.STAFF, Role.MANAGER):
        client = walker(world, role)
        assert client.get(url(page, "changelist")).status_code == (200 if allows(ROLE_SCOPES[role], page.view_scope) else 403), role
        if page.edit_scope.startswith("integrations"):
            row = world.mine.row(page.model)
            before = everything_of(world.mine)
            client.post(url(page, "change", row.pk), {"name": "x"})
            assert client.post(url(page, "delete", row.pk), {"post": "yes"}).status_code in REFUSED
            assert client.get(url(page, "add")).status_code in REFUSED
            assert everything_of(world.mine) == before


SHARED = [page for page in admin.site._registry.values() if not isinstance(page, TenantModelAdmin)]


@pytest.mark.parametrize("page", SHARED, ids=lambda page: page.opts.label)
def test_shared_pages_are_for_superusers(world, page):
    client = walker(world, Role.OWNER)
    for name in ("changelist", "add"):
        address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}")
        assert client.get(address).status_code in REFUSED
    assert not isinstance(page, ConsoleAdmin) or page.model is get_user_model()
