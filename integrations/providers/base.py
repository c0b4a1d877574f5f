"""What the importer asks of a shop, whatever its kind. Network happens in here only, so never inside a transaction.

All of it raises the four errors of common/errors.py: Transient (retry_after: the shop wants to be left alone for so many seconds),
Permanent (this shop cannot be read like this: it answers with something else), NeedsConfiguration (a person must act: key, address).
`message` is for a merchant: what is wrong; `data["remedy"]`: what to do. Nothing of a secret is ever in either.
"""

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrations.providers.hooks import ShopHooks
from integrations.providers.orders import NoOrders, ShopOrders
from integrations.records import StoreCategory, StoreProduct

if TYPE_CHECKING:
    from integrations.models import StoreConnection

Raw = dict[str, Any]
HURRIED_SECONDS = 300.0  # An old shop may need minutes for a hundred products with variations, asked for one by one.


@dataclass(frozen=True, slots=True)
class Page:
    """raws: products as the shop has them, each with everything `transform` needs; next_cursor: JSON, None behind the last page.

    total: how many products the shop says it has, None where it does not say; as_of: from when the raws are (database clock), where that
    is before the question (out of a file that the shop has written); None = as of the question.
    """

    raws: list[Raw]
    next_cursor: Any
    total: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """text: what is cheap to read of a product and moves when it does: status, moment of the last change, stock. At most 200 characters."""

    external_id: str
    text: str


@dataclass(frozen=True, slots=True)
class GlancePage:
    """Glances of some products; next_cursor: JSON, None behind the last page. A product's glance may come twice, the later one counts.

    total: how many products the shop says it has, None where it does not say.
    """

    glances: list[Glance]
    next_cursor: Any
    total: int | None = None


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a shop says about itself. remember: JSON for StoreConnection.facts; notes: what a merchant should know (warnings, in words)."""

    name: str = ""
    currency: str = ""
    version: str = ""
    products: int | None = None
    remember: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One secret that a connection of this kind needs. name: key in StoreConnection.credentials; label, help: for the form."""

    name: str
    label: str
    help: str = ""
    environment: str = ""  # the variable that `connect_store` reads it from
    required: bool = True


class StoreAdapter(ABC):
    """One shop, read through its API. `connection` may be unsaved (to test it before it is kept)."""

    credential_fields: tuple[CredentialField, ...] = ()
    address_column = "store_url"  # Of StoreConnection: "store_url" for an address of the web, "shop_domain" for a bare domain.
    address_example = "https://shop.example"
    keys_at = ""  # Where in the shop's admin its keys are made and revoked.
    generated_sku = "{external_id}"  # How a product without SKU is numbered.
    unspoken: frozenset[str] = frozenset()  # Columns of a product that no shop of this kind knows: what is entered here stays.
    unheeded: frozenset[str] = frozenset()  # Keys of a raw that move with every save in the shop and say nothing of the product itself.
    transform_version = 1  # Goes up when transform reads the same answer differently: then everything is looked at again.

    _ends = math.inf

    def __init__(self, connection: "StoreConnection") -> None:
        self.connection = connection
        self.is_hurried = False

    @staticmethod
    def store_address(typed: str) -> str:
        """The shop's address in what somebody has typed or copied: the same for one shop however it was written. Pure, does not judge."""
        return typed.strip()

    @staticmethod
    def address_problem(address: str) -> str:
        """Why no shop of this kind can be at an address (as `store_address` writes it), in words; "" where one can. Pure."""
        return ""

    @classmethod
    def credential_problems(cls, keys: Mapping[str, str]) -> dict[str, list[str]]:
        """{name of a key: what is wrong with it}, as far as it can be seen without asking the shop. Pure."""
        missing = [field for field in cls.credential_fields if field.required and not keys.get(field.name)]
        return {field.name: [f"{field.label} is missing."] for field in missing}

    @classmethod
    def merged_keys(cls, stored: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
        """What is kept when somebody enters keys (blank ones are left out of `typed`): the stored ones, and the new ones in their place."""
        return {**stored, **typed}

    @property
    def currency(self) -> str:
        """What the shop sells in, as it was said last (ISO 4217); "" where that is not known."""
        return ""

    @property
    def outlook(self) -> str:
        """What `transform` depends on beside the answer itself: when it changes, everything is looked at again. Prices come without their
        currency, so that is it."""
        return self.currency

    @abstractmethod
    def describe(self) -> StoreFacts:
        """Finds the shop, proves the credentials, and says what kind of shop it is. For "Test connection" and the start of an import.

        The adapter uses what it found from then on; the caller stores `remember`.
        """

    def learnt(self) -> dict[str, Any]:
        """What is worth keeping in StoreConnection.facts of what was found out since (how large a page the shop manages); {} = nothing."""
        return {}

    def hurry(self) -> None:
        """From now on a shop that takes too long for a question is left at once, and all questions together have HURRIED_SECONDS, however
        slowly it drips: for turns that no other shop may feel.

        What that taught (that it wants smaller pages) stands in `learnt` and counts the next time.
        """
        self.is_hurried, self._ends = True, time.monotonic() + HURRIED_SECONDS

    @property
    def is_out_of_time(self) -> bool:
        """Whether the time of `hurry` is over: then every question fails, and says nothing about what was asked for."""
        return time.monotonic() > self._ends

    @property
    def hooks(self) -> ShopHooks | None:
        """How the shop is made to tell us of changes by itself; None for a kind of shop that cannot."""
        return None

    @abstractmethod
    def fetch_categories(self) -> Iterator[StoreCategory]:
        """All shelves of the shop, in any order."""

    @abstractmethod
    def fetch_page(self, cursor: Any = None) -> Page:
        """One page of all products in every status but trash. cursor: None for the first page, then what the page before said."""

    @abstractmethod
    def fetch_by_ids(self, external_ids: Sequence[str], known: str = "") -> list[Raw]:
        """Those of these products that the shop still has (not deleted, not in its trash), each whole.

        known: id of a product that is certainly there; the adapter uses it to tell an empty shop from a broken answer. A product that is
        not returned is gone for certain, otherwise this raises.
        """

    def at_once(self, external_ids: Sequence[str]) -> int:
        """How many of these products, from the first on, may be asked for in one call of fetch_by_ids, so that memory holds them: at least
        one. May ask the shop; raises as it does."""
        return len(external_ids)

    @property
    def orders(self) -> ShopOrders:
        """Writing orders to the shop; of a kind of shop that takes none, one that refuses them in words."""
        return NoOrders()

    @abstractmethod
    def external_id(self, raw: Raw) -> str:
        """The shop's id of a product. Pure."""

    def withheld(self, raw: Raw) -> str:
        """Why the shop does not show a product that it has, in words: then its raw holds nothing but its id. "" where it does. Pure."""
        return ""

    @abstractmethod
    def transform(self, raw: Raw) -> StoreProduct:
        """Pure. Never raises for a strange value: what cannot be taken over is a FieldProblem."""

    @abstractmethod
    def fetch_changed(self, since: datetime, cursor: Any = None) -> Page:
        """One page of the products that were changed in the shop since then, each whole. since: UTC. cursor: as of fetch_page.

        May show more than that, and a change that the shop does not date may be missing. What was deleted is not there.
        """

    @abstractmethod
    def fetch_glances(self, cursor: Any = None) -> GlancePage:
        """One page of a glance at every product that fetch_page would show, without the products themselves. cursor: as of fetch_page."""

    @abstractmethod
    def glance(self, raw: Raw) -> str:
        """The text that fetch_glances gives for this product, out of the whole one; "" where that cannot be told. Pure."""
