"""How a shop is kept in step, as its page shows it: a line for each way."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import render_moment
from common.clock import database_now
from integrations.admin.words import show_moment
from integrations.in_step.telling import Told, told_of
from integrations.models import Kind, StoreConnection

NAMES = {Kind.HINTS: "Products the shop told about", Kind.CHANGES: "What was changed", Kind.GLANCES: "Look over all products"}


def show_in_step(connection: StoreConnection) -> SafeString:
    """ "What was changed: every 5 minutes, last 3 minutes ago, next in 2 minutes (14:05)" and so on."""
    lines = [_line(connection, told) for told in told_of(connection)]
    return format_html('<ul class="shop-in-step">{}</ul>', format_html_join("", "<li>{}</li>", ((line,) for line in lines)))


def _line(connection: StoreConnection, told: Told) -> SafeString:
    parts = [format_html("{}", told.how_often[:1].lower() + told.how_often[1:])]
    if told.last is not None:
        parts.append(format_html("last {}", render_moment(told.last)))
    if told.next is not None:
        is_due = told.next <= database_now()
        parts.append(format_html("{}", "next now") if is_due else format_html("next {}", show_moment(told.next, connection.tenant)))
    line = format_html("{}: {}", NAMES[Kind(told.kind)], format_html_join(", ", "{}", ((part,) for part in parts)))
    if not told.problem:
        return line
    since = render_moment(told.failing_since) if told.failing_since else ""
    return format_html('{} <span class="shop-note">failing since {}: {}</span>', line, since, told.problem)
