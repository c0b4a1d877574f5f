"""Small pieces of admin HTML. Everything that comes from data goes through format_html, so markup in names stays text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

Tone = Literal["green", "orange", "red", "blue", "grey"]


@dataclass(frozen=True)
class Badge:
    """A coloured word. The text carries the meaning ("✓ Synced"), the tone only underlines it. hint: shown on hover."""

    tone: Tone
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Tool:
    """A button of a page. post: sent as a POST form with CSRF (anything that changes something); confirm: asked first."""

    title: str
    url: str
    icon: str = ""
    post: bool = False
    confirm: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Banner:
    """A notice above a page: what is wrong, since when, and the way out."""

    tone: Tone
    title: str
    text: str = ""
    tools: list[Tool] = field(default_factory=list)


def render_badge(badge: Badge) -> SafeString:
    """The badge as HTML; its colours have AA contrast in light and dark (common/admin.css)."""
    return format_html('<span class="badge badge-{}" title="{}">{}</span>', badge.tone, badge.hint, badge.text)


def render_progress(done: int, total: int, label: str = "") -> SafeString:
    """A progress bar with its numbers in words. total 0 means unknown."""
    text = label or (f"{done} of {total}" if total else str(done))
    return format_html(
        '<span class="progress"><progress max="{}" value="{}" aria-label="{}"></progress><span class="progress-text">{}</span></span>',
        max(total, 1),
        min(done, max(total, 1)),
        text,
        text,
    )


def render_lines(lines: Iterable[str]) -> SafeString:
    """A short list; an em dash when it is empty."""
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="plain-list">{}</ul>', items) if items else format_html("{}", "—")


def relative_words(moment: datetime, now: datetime) -> str:
    """ "just now", "5 minutes ago" or "in 5 minutes"."""
    if moment > now:
        return f"in {timeuntil(moment, now, depth=1)}" if moment - now >= timedelta(minutes=1) else "in a moment"
    return f"{timesince(moment, now, depth=1)} ago" if now - moment >= timedelta(minutes=1) else "just now"


def render_moment(moment: datetime | None, empty: str = "—") -> SafeString:
    """ "5 minutes ago" or "in 5 minutes", the exact time (current time zone) on hover."""
    if moment is None:
        return format_html("{}", empty)
    now = timezone.now()
    words = relative_words(moment, now)
    exact = date_format(timezone.localtime(moment), "Y-m-d H:i:s T")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)
