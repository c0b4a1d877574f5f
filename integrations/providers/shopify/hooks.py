"""Webhooks in a Shopify shop, by its GraphQL API. https://shopify.dev/docs/api/admin-graphql/2026-10/objects/WebhookSubscription

An app sees its own subscriptions only. After eight failures in a row Shopify removes one.
"""

from typing import Any, Protocol

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.providers.hooks import Hook, ShopHooks
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import Asks, all_of
from integrations.providers.shopify.webhook import TOPICS

ROWS = 100
SUBSCRIPTIONS = """
query Webhooks($first: Int!, $after: String) {
  webhookSubscriptions(first: $first, after: $after) { nodes { id topic uri } pageInfo { hasNextPage endCursor } }
}
"""
CREATE = """
mutation EnterWebhook($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}
"""
DELETE = """
mutation RemoveWebhook($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
"""
NO_SECRET = (
    "What the shop sends could not be checked: enter the app's API secret key (it begins with shpss_) as client secret, beside the access "
    "token."
)
TAKEN, NOT_THERE = "already been taken", "does not exist"
NOT_TAKEN_YET = "Shopify says that the webhook is there, but does not show it yet."
REFUSED = "Shopify does not enter the webhook."


class Client(Asks, Protocol):
    """What is needed of ShopifyClient."""

    def secret_is_refused(self) -> bool: ...


class ShopifyHooks(ShopHooks):
    """has_secret: the secret that deliveries are signed with is stored; shop_url: where the shop's API is reached."""

    topics = TOPICS

    def __init__(self, client: Client, *, has_secret: bool, shop_url: str) -> None:
        self._client = client
        self.obstacle = "" if has_secret else NO_SECRET
        self.shop_url = shop_url

    def found(self) -> list[Hook]:
        """See ShopHooks."""
        return [_hook(node) for node in all_of(self._client, SUBSCRIPTIONS, "webhookSubscriptions", ROWS)]

    def create(self, topic: str, address: str, secret: str) -> Hook:
        """See ShopHooks. Shopify signs with the app's own secret."""
        wanted = {"topic": topic.replace("/", "_").upper(), "webhookSubscription": {"uri": address, "format": "JSON"}}
        answer = self._changed(CREATE, wanted, "webhookSubscriptionCreate")
        said = _said(answer)
        if TAKEN in said:
            raise TransientError(NOT_TAKEN_YET, kind="webhook_taken", data={"said": said})
        if said:
            raise NeedsConfigurationError(REFUSED, kind="webhook_refused", data={"said": said, "remedy": f"It says: “{said}”."})
        if not answer.get("webhookSubscription"):
            raise TransientError(NOT_TAKEN_YET, kind="webhook_taken")
        return _hook(answer["webhookSubscription"])

    def mend(self, hook: Hook, secret: str) -> None:
        """Nothing to do: a subscription is on as long as it is there, and has no secret of its own."""

    def secret_is_refused(self) -> bool:
        """See ShopHooks. Of an old app with an access token it cannot be asked."""
        return self._client.secret_is_refused()

    def delete(self, hook: Hook) -> None:
        """See ShopHooks."""
        said = _said(self._changed(DELETE, {"id": hook.id}, "webhookSubscriptionDelete"))
        if said and NOT_THERE not in said:
            raise PermanentError("Shopify does not remove the webhook.", kind="webhook_stays", data={"said": said})

    def _changed(self, query: str, variables: dict[str, Any], root: str) -> dict[str, Any]:
        answer = self._client.execute(query, variables).get(root)
        if not isinstance(answer, dict):
            raise BY_KIND["unreadable"].error_for()
        return answer


def _hook(node: dict[str, Any]) -> Hook:
    return Hook(str(node.get("id") or ""), str(node.get("topic") or "").lower().replace("_", "/", 1), str(node.get("uri") or ""))


def _said(answer: dict[str, Any]) -> str:
    """What Shopify objects to."""
    return " ".join(str(error.get("message") or "") for error in answer.get("userErrors") or ())[:300]
