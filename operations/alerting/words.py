"""What a message about alerts says: mail in plain text and HTML, and the webhook's JSON. Pure: no Django, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

OPENED, CLOSED = "opened", "closed"
SUBJECT_LENGTH = 150


@dataclass(frozen=True)
class Notice:
    """One alert as its receiver reads it.

    business: its name, "" for the installation; tenant: its short name; opened, closed: aware, in the business's time zone; url: the
    alert's page; link: where it is mended ("" = nowhere in particular). Both absolute.
    """

    event: str
    alert_id: int
    kind: str
    severity: str
    business: str
    tenant: str
    title: str
    remedy: str
    opened: datetime
    closed: datetime | None
    url: str
    link: str


def subject(notices: Sequence[Notice]) -> str:
    """One line: the alert itself, or how many there are and whose."""
    if len(notices) == 1:
        text = f"{_headline(notices[0])}"
    else:
        names = sorted({notice.business or "this installation" for notice in notices})
        whose = names[0] if len(names) == 1 else f"{len(names)} businesses"
        resolved = sum(notice.event == CLOSED for notice in notices)
        text = f"{len(notices) - resolved} alerts, {resolved} resolved for {whose}" if resolved else f"{len(notices)} alerts for {whose}"
    return " ".join(f"[whatsappcrm] {text}".split())[:SUBJECT_LENGTH]


def plain_text(notices: Sequence[Notice], footer: str) -> str:
    """The mail for readers without HTML."""
    blocks = []
    for notice in notices:
        lines = [_headline(notice), _since(notice)]
        lines += [notice.remedy] if notice.remedy and notice.event != CLOSED else []
        lines += [f"Mend it: {notice.link}"] if notice.link and notice.event != CLOSED else []
        blocks.append("\n".join([*lines, f"Details: {notice.url}"]))
    return "\n\n".join([*blocks, "--\n" + footer, ""])


def html_text(notices: Sequence[Notice], footer: str) -> str:
    """The same as HTML: no pictures, nothing from elsewhere."""
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5;max-width:40em;margin:1em auto;padding:0 1em">'
        + "".join(_block(notice) for notice in notices)
        + f'<p style="color:#666;font-size:.85em">{escape(footer)}</p></body></html>'
    )


def webhook_payload(notice: Notice) -> dict[str, Any]:
    """The JSON body of a webhook (docs/monitoring.md). timestamp: when it opened or closed, ISO 8601 with offset."""
    return {
        "type": f"alert.{notice.event}",
        "timestamp": (notice.closed or notice.opened if notice.event == CLOSED else notice.opened).isoformat(),
        "data": {
            "id": notice.alert_id,
            "kind": notice.kind,
            "severity": notice.severity,
            "tenant": notice.tenant or None,
            "business": notice.business or None,
            "title": notice.title,
            "remedy": notice.remedy,
            "opened_at": notice.opened.isoformat(),
            "closed_at": notice.closed.isoformat() if notice.event == CLOSED and notice.closed else None,
            "url": notice.url,
            "link": notice.link or None,
        },
    }


def _headline(notice: Notice) -> str:
    whose = f"{notice.business}: " if notice.business else ""
    return f"{'Resolved: ' if notice.event == CLOSED else ''}{whose}{notice.title}"


def _since(notice: Notice) -> str:
    opened = f"{notice.opened:%Y-%m-%d %H:%M %Z}"
    if notice.event == CLOSED and notice.closed:
        return f"Open from {opened} to {notice.closed:%Y-%m-%d %H:%M %Z}. The cause is gone; there is nothing left to do."
    return f"Since {opened}."


def _block(notice: Notice) -> str:
    colour = "#15803d" if notice.event == CLOSED else "#b91c1c" if notice.severity == "critical" else "#b45309"
    links = [("Open the alert", notice.url)]
    remedy = ""
    if notice.event != CLOSED:
        remedy = f"<p>{escape(notice.remedy)}</p>" if notice.remedy else ""
        links = [*([("Go where it is mended", notice.link)] if notice.link else []), *links]
    anchors = " · ".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in links)
    return (
        f'<div style="border-left:4px solid {colour};padding:.1em 1em;margin:1em 0"><h2 style="font-size:1.1em">'
        f"{escape(_headline(notice))}</h2><p>{escape(_since(notice))}</p>{remedy}<p>{anchors}</p></div>"
    )
