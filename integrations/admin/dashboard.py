"""The start page's section about shops: how each stands, and what waits for a person."""

from django.http import HttpRequest
from django.utils.html import format_html

from common.admin import Card, Row, Section, dashboard_section, render_badge, render_moment, site
from common.admin.access import active_tenant, allows, scoped, sees_all
from integrations.admin.words import show_state, state_badge
from integrations.models import Answer, LinkQuestion, StoreConnection

MOST = 10
INVITATION = "Connect your online shop, and its products come here and to WhatsApp by themselves."


@dashboard_section(order=15)
def shops(request: HttpRequest) -> Section | None:
    """A line for each shop, live numbers of what is to be answered."""
    if not allows(request, "integrations:view"):
        return None
    page = site._registry[StoreConnection]
    found = page.get_queryset(request)[:MOST]
    rows = [_row(connection, page.object_url(connection), named=sees_all(request)) for connection in found]
    if not rows:
        invite = Row("Connect a shop", INVITATION, f"{page.list_url()}add/") if page.has_add_permission(request) else None
        return Section("Shops", rows=[invite]) if invite and active_tenant(request) else None
    return Section("Shops", cards=_questions(request), rows=rows, more_url=page.list_url(), more_label="Show all")


def _row(connection: StoreConnection, url: str, *, named: bool) -> Row:
    run = connection.last_import
    when = render_moment(run.finished_at or run.created_at) if run is not None else ""
    count = f"{connection.product_count:,} products" if connection.product_count is not None else ""
    shown = show_state(connection) if connection.current_run and connection.current_run.is_open else render_badge(state_badge(connection))
    title = f"{connection} ({connection.tenant})" if named else str(connection)
    return Row(title, format_html("{} {}", count, shown), url, when)


def _questions(request: HttpRequest) -> list[Card]:
    number = scoped(request, LinkQuestion.objects.filter(answer=Answer.OPEN), "tenant").order_by().count()
    url = f"{site._registry[LinkQuestion].list_url()}?answered=no"
    return [Card("question to answer" if number == 1 else "questions to answer", number, url, "orange")] if number else []
