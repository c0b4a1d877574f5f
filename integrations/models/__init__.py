"""What we know of shops: how to reach each, which of our rows is which of theirs, what is undecided, and what was exchanged."""

from integrations.models.connections import LinkBySku, Provider, Schedule, StoreConnection
from integrations.models.hooks import DeliveryState, HookFarewell, Signature, StoreDelivery, StoreHooks
from integrations.models.in_step import Kind, StoreHint, StoreStranger, StoreWatch
from integrations.models.logs import LogStatus, WebhookLog
from integrations.models.orders import OrderState, OrderWriteBack
from integrations.models.questions import Answer, LinkQuestion
from integrations.models.refs import ExternalRef, RefKind
from integrations.models.tokens import StoreToken

__all__ = [
    "Answer",
    "DeliveryState",
    "ExternalRef",
    "HookFarewell",
    "Kind",
    "LinkBySku",
    "LinkQuestion",
    "LogStatus",
    "OrderState",
    "OrderWriteBack",
    "Provider",
    "RefKind",
    "Schedule",
    "Signature",
    "StoreConnection",
    "StoreDelivery",
    "StoreHint",
    "StoreHooks",
    "StoreStranger",
    "StoreToken",
    "StoreWatch",
    "WebhookLog",
]
