"""A walk over every admin page, action, filter and autocomplete and every API route with the other business's ids.

Driven by the admin's registry and the URL resolver: a new model, page or route is walked from its first day, and one that cannot be
walked fails here until its app says how (tests/samples.py, see builder.py).
"""

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from common.admin import ConsoleAdmin, TenantModelAdmin, access
from tenants.models import Role
from tenants.tests.builder import OURS, Builder, canary, sample_tables
from tenants.tests.factories import key_headers, logged_in, make_member, make_superuser, make_tenant

pytestmark = pytest.mark.django_db
OUR_LABELS = {config.label for config in OURS}
ADMINS = [page for page in admin.site._registry.values() if isinstance(page, TenantModelAdmin)]
REFUSED = (302, 403, 404, 405)
WHO = [*Role.values, "superuser", "stranger"]
# Pages without business rows, and documents about the API that anybody may read.
PUBLIC_API = {"schema", "docs", "swagger-ui", "redoc"}


@pytest.fixture
def world():
    """Both businesses with a row of every registered model; `mine` is the one the walker belongs to."""

    class World:
        mine, theirs = Builder(make_tenant("Mine")), Builder(make_tenant("Theirs"))

    for page in ADMINS:
        World.mine.row(page.model)
        World.theirs.row(page.model)
    return World


def walker(world, who):
    """A browser of a person of my business (or of nobody's)."""
    if who == "superuser":
        return logged_in(make_superuser(), world.mine.tenant)
    if who == "stranger":
        return logged_in(get_user_model().objects.create_user("stranger", is_staff=True), world.theirs.tenant)
    client = logged_in(make_member(world.mine.tenant, who), world.theirs.tenant)  # asks for theirs in the session: must not help
    return client


def text_of(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(errors="replace")


def assert_nothing_of_theirs(world, answer, where):
    """The businesses' names themselves stand in a superuser's switcher; no other word and no address of theirs may appear."""
    text = re.sub(r'<form[^>]*class="switcher">.*?</form>', "", text_of(answer), flags=re.DOTALL)
    assert answer.status_code < 500, where
    assert canary(world.theirs.tenant) not in text and world.theirs.tenant.name not in text, where
    for page in ADMINS:
        row = world.theirs.row(page.model)
        assert f"/{page.opts.app_label}/{page.opts.model_name}/{row.pk}/" not in text, (where, page)


def everything_of(builder):
    """All stored values of the business's rows, to compare before and after."""
    return {model: list(model._base_manager.filter(pk=row.pk).values()) for model, row in builder.rows.items()}


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
    for where, answer in overviews(client, page, row, shared_too=who != "superuser"):
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


def overviews(client, page, row, shared_too):
    """Lists, filters, live cells, actions, autocompletes (shared_too: of tables without a business as well) and pages without an object."""
    changelist = url(page, "changelist")
    yield changelist, client.get(changelist)
    yield "search", client.get(changelist, {"q": "canary"})
    for field in page.model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            yield f"filter {field.name}", client.get(changelist, {f"{field.name}__{field.target_field.name}__exact": field.value_from_object(row)})
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
def test_staff_and_managers_keep_to_their_scopes(world, page):
    """A page of credentials is closed to staff; nobody adds, changes or deletes beyond the role."""
    for role in (Role.STAFF, Role.MANAGER):
        client = walker(world, role)
        may_see = page.view_scope.startswith(("catalog", "orders", "conversations")) or (role == Role.MANAGER and page.view_scope == "integrations:view")
        assert client.get(url(page, "changelist")).status_code == (200 if may_see else 403), role
        if page.edit_scope.startswith("integrations"):
            row = world.mine.row(page.model)
            before = everything_of(world.mine)
            client.post(url(page, "change", row.pk), {"name": "x"})
            assert client.post(url(page, "delete", row.pk), {"post": "yes"}).status_code in REFUSED
            assert client.get(url(page, "add")).status_code in REFUSED
            assert everything_of(world.mine) == before


@pytest.mark.parametrize("page", [page for page in admin.site._registry.values() if not isinstance(page, TenantModelAdmin)], ids=lambda page: page.opts.label)
def test_shared_pages_are_for_superusers(world, page):
    client = walker(world, Role.OWNER)
    for name in ("changelist", "add"):
        address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}")
        assert client.get(address).status_code in REFUSED
    assert not isinstance(page, ConsoleAdmin) or page.model is get_user_model()


# --- API --------------------------------------------------------------------------------------------------------------------


def api_patterns():
    """(name, route, callback) of everything below /v1/."""

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif route.startswith("v1/") and pattern.name not in PUBLIC_API:
                yield pattern.name, route, pattern.callback

    return list(walk(get_resolver().url_patterns, ""))


API = api_patterns()


def api_address(route, builder, view):
    """The route with the business's ids in place of its arguments."""
    model = view.queryset.model if getattr(view, "queryset", None) is not None else None
    values = {"pk": lambda: str(builder.row(model).pk), "id": lambda: str(builder.row(model).pk), "sub_domain": lambda: builder.tenant.sub_domain}

    def value(name):
        assert name in values, f"{route}: the walk does not know the argument {name}"
        return values[name]()

    plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: value(found[1]), route)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: value(found[1]), plain)
    return "/" + plain.replace("/?", "/").replace("\\.", ".").replace("\\Z", "")


def methods_of(callback):
    actions = getattr(callback, "actions", None)
    view = callback.cls
    return [method for method in (actions or view.http_method_names) if actions or hasattr(view, method) and method != "options"]


def calls():
    return [pytest.param(route, callback, method, id=f"{method} {route}") for _name, route, callback in API for method in methods_of(callback)]


def test_every_api_view_is_known_and_scoped():
    for _name, route, callback in API:
        view = getattr(callback, "cls", None)
        assert view is not None, f"{route} is no API view"
        assert getattr(view, "required_scopes", None), f"{route} declares no required_scopes"


@pytest.mark.parametrize(("route", "callback", "method"), calls())
def test_the_api_refuses_strangers_and_foreign_ids(client, world, route, callback, method):
    address = api_address(route, world.theirs, callback.cls)
    before = everything_of(world.theirs)
    send = lambda headers: getattr(client, method)(address, data={} if method == "get" else "{}", content_type="application/json", headers=headers)  # noqa: E731
    assert send({}).status_code == 401
    useless = "orders:view" if not any("orders" in str(scope) for scope in callback.cls.required_scopes.values()) else "conversations:view"
    assert send(key_headers(world.mine.tenant, useless)).status_code == 403
    theirs_key = key_headers(world.theirs.tenant)
    assert send({**theirs_key, "X-TENANT-ID": str(world.mine.tenant.pk)}).status_code == 401
    answer = send(key_headers(world.mine.tenant))
    assert answer.status_code < 500
    if "<" in route:
        assert answer.status_code == 404, text_of(answer)
    assert canary(world.theirs.tenant) not in text_of(answer)
    assert everything_of(world.theirs) == before


@pytest.mark.parametrize(("route", "callback"), [pytest.param(route, callback, id=route) for _name, route, callback in API if "<" in route])
def test_the_api_walk_is_not_empty(client, world, route, callback):
    """Control: the same addresses with my ids are found."""
    if "get" not in methods_of(callback):
        pytest.skip("only writes here")
    assert client.get(api_address(route, world.mine, callback.cls), headers=key_headers(world.mine.tenant)).status_code in (200, 409)


@pytest.mark.parametrize(("route", "callback"), [pytest.param(route, callback, id=route) for _name, route, callback in API])
def test_serializers_accept_only_relations_of_the_business(world, route, callback, rf):
    view = callback.cls
    serializer_class = getattr(view, "serializer_class", None)
    if serializer_class is None:
        pytest.skip("no serializer")
    request = rf.post("/")
    request.auth = type("Key", (), {"tenant": world.mine.tenant})()
    serializer = serializer_class(context={"request": request})
    for name, field in serializer.fields.items():
        related = getattr(field, "child_relation", field)
        rows = related.get_queryset() if hasattr(related, "get_queryset") and not field.read_only else None
        if rows is not None and access.tenant_path(rows.model):
            assert not rows.filter(pk=world.theirs.row(rows.model).pk).exists(), (serializer_class, name)
