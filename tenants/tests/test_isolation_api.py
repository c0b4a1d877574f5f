"""A walk over every API route with the other business's ids and keys of every kind, driven by the URL resolver (see test_isolation.py)."""

import re
from functools import partial

import pytest
from django.urls import URLResolver, get_resolver

from common.admin import access
from tenants.tests.builder import canary, everything_of, sample_tables, text_of
from tenants.tests.factories import key_headers

pytestmark = pytest.mark.django_db


def api_patterns():
    """(name, route, callback) of everything below /v1/."""

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif route.startswith("v1/") and not pattern.callback.__module__.startswith("drf_spectacular"):  # The API's document is public.
                yield pattern.name, route, pattern.callback

    return list(walk(get_resolver().url_patterns, ""))


API = api_patterns()


def api_address(route, builder, view):
    """The route with the business's ids in place of its arguments."""
    model = view.queryset.model if getattr(view, "queryset", None) is not None else None
    values = {"pk": lambda: str(builder.row(model).pk), "sub_domain": lambda: builder.tenant.sub_domain}
    values |= {name: partial(find, builder) for name, find in sample_tables("ARGUMENTS").items()}

    def value(name):
        assert name in values, f"{route}: say how to find the argument {name} in tests/samples.py (ARGUMENTS)"
        return values[name]()

    plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: value(found[1]), route)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: value(found[1]), plain)
    return "/" + plain.replace("/?", "/").replace("\\.", ".").replace("\\Z", "")


def methods_of(callback):
    actions = getattr(callback, "actions", None)
    view = callback.cls
    return [method for method in (actions or view.http_method_names) if actions or hasattr(view, method) and method != "options"]


def calls():
    found = [(route, callback, method) for _name, route, callback in API for method in methods_of(callback)]
    return [pytest.param(*call, id=f"{call[2]} {call[0]}") for call in found]


def test_every_api_view_is_known_and_scoped():
    for _name, route, callback in API:
        view = getattr(callback, "cls", None)
        assert view is not None, f"{route} is no API view"
        assert getattr(view, "required_scopes", None), f"{route} declares no required_scopes"


@pytest.mark.parametrize(("route", "callback", "method"), calls())
def test_the_api_refuses_strangers_and_foreign_ids(client, world, route, callback, method):
    address = api_address(route, world.theirs, callback.cls)
    before = everything_of(world.theirs)

    def send(headers):
        body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
        return getattr(client, method)(address, **body, headers=headers)

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


@pytest.mark.parametrize(("route", "callback"), [pytest.param(route, callback, id=route) for _name, route, callback in API])
def test_a_method_that_an_address_does_not_have_is_no_question_of_scopes(client, world, route, callback):
    address, served = api_address(route, world.mine, callback.cls), set(methods_of(callback))
    for method in {"get", "post", "put", "patch", "delete"} - served:
        answer = getattr(client, method)(address, headers=key_headers(world.mine.tenant))
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed"), method
        assert served - {"head", "options"} == {one.strip().lower() for one in answer.headers["Allow"].split(",")} - {"head", "options"}
        assert getattr(client, method)(address).status_code == 401


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
