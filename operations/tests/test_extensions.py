"""The admin's extension points and guards, tried on a model of this app as an upper app would."""

import pytest
from django.contrib import admin
from django.db import DatabaseError, IntegrityError
from django.http import HttpResponse

from common.admin import Badge, Banner, Extension, Tool, action, display, live_cell, render_badge
from common.admin import extensions as registry
from common.admin.extensions import extend
from operations.models import Alert
from operations.services import raise_alert
from tenants.admin.businesses import TenantForm
from tenants.models import Tenant
from tenants.tests.factories import logged_in, make_member, make_superuser, make_tenant

pytestmark = pytest.mark.django_db
ALERTS = "/admin/operations/alert/"
seen = []


class Mood(Extension):
    """Everything an extension can add."""

    list_display = ("mood",)
    list_position = 1
    list_filter = ("kind",)
    search_fields = ("kind",)
    actions = ("cheer_up",)
    readonly_fields = ("mood", "shout")
    fieldsets = (("Mood of the day", {"fields": (("mood", "shout"),)}),)

    @display(description="Mood now", ordering="kind")
    @live_cell
    def mood(self, alert):
        return render_badge(Badge("orange", f"~ {alert.kind}"))

    @display(description="Shouted")
    def shout(self, alert):
        return alert.title.upper()

    @action(description="Cheer up", permissions=["edit"])
    def cheer_up(self, model_admin, request, queryset):
        seen.append(list(queryset))
        model_admin.message_user(request, f"{queryset.count()} cheered up")

    def get_urls(self, model_admin):
        return [model_admin.page("<path:object_id>/weather/", lambda request, object_id: HttpResponse("sunny"), "weather")]

    def banners(self, request, obj=None):
        return [Banner("red", "Storm <ahead>", "Take an umbrella", [Tool("Shelter", "/shelter/", post=True)])]

    def tools(self, request, obj):
        return [Tool("Look at the weather", "../weather/")]

    def list_tools(self, request):
        return [Tool("Everything at once", "/all/", primary=True)]


@pytest.fixture
def solar():
    return make_tenant("Solar")


@pytest.fixture
def mood(monkeypatch):
    monkeypatch.setattr(registry, "_extensions", {**registry._extensions, Alert: []})
    extend(Alert, Mood)
    extend(Alert, Mood)
    seen.clear()


@pytest.fixture
def alert(solar):
    raise_alert(solar, kind="gloomy", key="k", title="Rain <today>")
    return Alert.objects.get()


def test_an_extension_adds_to_list_and_form(solar, alert, mood):
    client = logged_in(make_member(solar))
    page = client.get(ALERTS).content.decode()
    assert page.count("Mood now") >= 1 and "~ gloomy" in page and page.index("column-mood") < page.index("column-state")
    assert "Storm &lt;ahead&gt;" in page and "Everything at once" in page and "Cheer up" in page
    form = client.get(f"{ALERTS}{alert.pk}/change/").content.decode()
    assert "Mood of the day" in form and "RAIN &lt;TODAY&gt;" in form and "Look at the weather" in form
    assert client.get(f"{ALERTS}live/?ids={alert.pk}:mood,{alert.pk}:shout").json()["items"].keys() == {f"{alert.pk}:mood"}
    assert "gloomy" in client.get(f"{ALERTS}?q=gloomy").content.decode()


def test_an_extensions_action_runs_on_my_rows_only_and_asks_for_the_scope(solar, alert, mood):
    raise_alert(make_tenant("Pizza"), kind="x", key="k", title="theirs")
    theirs = Alert.objects.get(title="theirs")
    chosen = {"action": "cheer_up", "_selected_action": [alert.pk, theirs.pk]}
    assert "1 cheered up" in logged_in(make_member(solar)).post(ALERTS, chosen, follow=True).content.decode()
    assert seen == [[alert]]


def test_an_extension_is_added_once_and_brings_its_pages(alert, mood):
    page = admin.site._registry[Alert]
    assert [type(extension) for extension in page.extensions] == [Mood]
    assert "operations_alert_weather" in [pattern.name for pattern in page.get_urls()]


def change_form_of(tenant):
    return f"/admin/tenants/tenant/{tenant.pk}/change/", {"name": "Late", "currency": "USD", "timezone": "UTC", "languages": "en"}


def test_a_row_deleted_between_loading_and_saving_is_a_message(solar, monkeypatch):
    """A plain save() would insert the row again."""
    client = logged_in(make_superuser())
    address, data = change_form_of(solar)
    clean = TenantForm.clean_languages

    def deleted_by_somebody_else(form):
        Tenant.objects.filter(pk=solar.pk).delete()
        return clean(form)

    monkeypatch.setattr(TenantForm, "clean_languages", deleted_by_somebody_else)
    answer = client.post(address, {**data, "sub_domain": "late"}, follow=True)
    assert answer.redirect_chain[0] == ("/admin/tenants/tenant/", 302)
    assert "Somebody else deleted this business" in answer.content.decode()
    assert not Tenant.objects.filter(name="Late").exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DatabaseError("Save with update_fields did not affect any rows."), "Somebody else deleted"),
        (IntegrityError("fk"), "changed or deleted meanwhile"),
    ],
)
def test_a_clash_while_saving_is_a_message(solar, monkeypatch, error, words):
    monkeypatch.setattr(Tenant, "save", lambda *_args, **_kwargs: (_ for _ in ()).throw(error))
    address, data = change_form_of(solar)
    assert words in logged_in(make_member(solar)).post(address, data, follow=True).content.decode()


def test_errors_of_ours_are_not_hidden(solar, monkeypatch):
    monkeypatch.setattr(Tenant, "save", lambda *_args, **_kwargs: (_ for _ in ()).throw(ValueError("ours")))
    address, data = change_form_of(solar)
    with pytest.raises(ValueError, match="ours"):
        logged_in(make_member(solar)).post(address, data)


def test_badges_escape_and_carry_their_meaning_in_words():
    html = render_badge(Badge("red", "<b>✗ Failed</b>", hint='"quoted"'))
    assert html == '<span class="badge badge-red" title="&quot;quoted&quot;">&lt;b&gt;✗ Failed&lt;/b&gt;</span>'
