"""What Meta thinks of an item that it has: one listed item -> Verdict. Pure; never raises, whatever the JSON.

Meta reviews after it has accepted: policy review, picture and diagnostics arrive seconds to days later. Documents: "Product Item"
(review_status, review_rejection_reasons, image_fetch_status, errors, capability_to_review_status) and the error types of "Product
Catalog Products". Unknown words change nothing and are shown as they came. What a person does about it: verdict_words.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common.redaction import clean_error_text

PROCESSING, LIVE, WARNING, REJECTED = "processing", "live", "warning", "rejected"
WORST_FIRST = (REJECTED, WARNING, PROCESSING, LIVE)
FIELDS = "review_status,review_rejection_reasons,image_fetch_status,errors,capability_to_review_status"

MOST_REASONS, MOST_ERRORS, LONGEST_TEXT, LONGEST_WORD = 10, 20, 300, 60
# An item that WhatsApp does not show, said as a diagnostic.
KEPT_FROM_WHATSAPP = frozenset({"WHATSAPP_POLICY_VIOLATION", "WHATSAPP_DISABLED_BY_USER"})
# Diagnostics about other surfaces (ads, shops, checkout, Marketplace, videos): told, but they say nothing about WhatsApp.
ELSEWHERE = (
    "AR_", "BIZ_MSG_", "CHECKOUT_", "COMMERCE_ACCOUNT_", "DA_", "GROUPS_", "MARKETPLACE_", "MINI_SHOPS_", "MISSING_CHECKOUT", "SHOPS_",
    "VIDEO_", "WHATSAPP_MARKETING_",
)  # fmt: skip
UNDER_REVIEW = frozenset({"pending", "outdated"})  # outdated: what was reviewed is an older version.
PICTURE_ON_ITS_WAY = frozenset({"NO_STATUS", "OUTDATED"})  # OUTDATED: Meta still shows the picture before this one.
PICTURE_TROUBLE = frozenset({"FETCH_FAILED", "PARTIAL_FETCH"})


@dataclass(frozen=True, slots=True)
class ItemError:
    """One diagnostic. type and priority (HIGH, MEDIUM, LOW or unknown) are Meta's words; title and description may be localized."""

    type: str
    priority: str
    title: str
    description: str

    @property
    def is_about_whatsapp(self) -> bool:
        """False for diagnostics about ads, shops and the like."""
        return not self.type.startswith(ELSEWHERE)

    @property
    def weighs(self) -> bool:
        """True when the item may be shown worse for it; LOW ones are only advice."""
        return self.is_about_whatsapp and self.priority != "LOW"


@dataclass(frozen=True, slots=True)
class Verdict:
    """state: processing, live, warning or rejected; the words are Meta's, cleaned and capped; review_status and whatsapp in lower case."""

    state: str
    review_status: str = ""
    rejection_reasons: tuple[str, ...] = ()
    image_fetch_status: str = ""
    whatsapp: str = ""
    errors: tuple[ItemError, ...] = ()


def judge(item: Mapping[str, Any]) -> Verdict:
    """The verdict in an item that was read with FIELDS. Fields without a value are left out by Meta: no objection.

    Rejected is what customers do not see; diagnostics of priority HIGH and a picture that could not be fetched are warnings, because
    Meta calls them problems of an item that is there.
    """
    review = _word(item.get("review_status")).lower()
    picture = _word(item.get("image_fetch_status")).upper()
    whatsapp = _whatsapp(item.get("capability_to_review_status"))
    errors = tuple(_errors(item.get("errors")))
    reasons = tuple(text for text in map(_text, _entries(item.get("review_rejection_reasons"))[:MOST_REASONS]) if text)
    return Verdict(_state(review, picture, whatsapp, errors), review, reasons, picture, whatsapp, errors)


def _state(review: str, picture: str, whatsapp: str, errors: Iterable[ItemError]) -> str:
    errors = list(errors)
    if "rejected" in (review, whatsapp) or any(error.type in KEPT_FROM_WHATSAPP for error in errors):
        return REJECTED
    if {review, whatsapp} & UNDER_REVIEW or picture in PICTURE_ON_ITS_WAY:
        return PROCESSING
    return WARNING if picture in PICTURE_TROUBLE or any(error.weighs for error in errors) else LIVE


def _whatsapp(capabilities: Any) -> str:
    """The review status of the surface WhatsApp; Meta gives pairs of key and value, some versions a map."""
    pairs = [capabilities] if isinstance(capabilities, Mapping) else _entries(capabilities)
    found = []
    for pair in pairs:
        if not isinstance(pair, Mapping):
            continue
        plain = {str(pair.get("key")): pair.get("value")} if "key" in pair else pair
        found += [_word(value).lower() for key, value in plain.items() if "WHATSAPP" in str(key).upper()]
    return "rejected" if "rejected" in found else next((word for word in found if word), "")


def _errors(errors: Any) -> list[ItemError]:
    return [
        ItemError(
            _word(error.get("error_type")).upper(), _word(error.get("error_priority")).upper(), _text(error.get("title")),
            _text(error.get("description")),
        )
        for error in _entries(errors)[:MOST_ERRORS]
        if isinstance(error, Mapping)
    ]  # fmt: skip


def _entries(value: Any) -> list[Any]:
    if isinstance(value, Mapping):  # Edges of the Graph come wrapped: {"data": [..]}.
        value = value.get("data")
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _word(value: Any) -> str:
    return clean_error_text(value, LONGEST_WORD) if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return clean_error_text(value, LONGEST_TEXT) if isinstance(value, str) else ""
