"""Which of our products each product of the shop is. Its number at the shop decides; a SKU only where that knows nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from integrations.importing.items import KNOWN, LINKED, NEW, Item, Ref
from integrations.importing.job import ImportJob
from integrations.importing.linking import Holder, Verdict, judge, rivals
from integrations.importing.outcome import Outcome
from integrations.models import Answer, ExternalRef, LinkBySku, LinkQuestion, RefKind, StoreConnection
from products_and_services.models import Product, Sku


def load_refs(connection: StoreConnection, external_ids: Iterable[str], *, with_time: bool = False) -> dict[str, Ref]:
    """{id at the shop: its ref}. One query. with_time: their read_at, too; on SQLite a moment takes longer to read than all the rest."""
    rows = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT, external_id__among=set(external_ids))
    columns = ("external_id", "pk", "product_id", "content_hash", "gone_at", "glance", *(("read_at",) if with_time else ()))
    return {row[0]: Ref(row[1], row[2], row[3], row[4] is not None, *row[5:]) for row in rows.values_list(*columns)}


def load_holders(connection: StoreConnection, skus: Iterable[str]) -> dict[str, Holder]:
    """{SKU: who has it} of those that are in use in the business. Two queries."""
    rows = Sku.objects.filter(tenant_id=connection.tenant_id, value__among=set(skus)).values_list(
        "value", "product_id", "variant_id", "variant__product_id", "product__name", "variant__product__name",
        "variant__external_ref__gone_at",
    )  # fmt: skip
    found = {value: (product or of, variant, name or of_name, gone) for value, product, variant, of, name, of_name, gone in rows}
    owners = _shops_of({entry[0] for entry in found.values()})
    return {value: _holder(entry, owners.get(entry[0]), connection.pk) for value, entry in found.items()}


def _holder(entry: tuple[int, int | None, str, object], shop: tuple[int, str, object] | None, connection_id: int) -> Holder:
    product_id, variant_id, name, variant_gone = entry
    owner, external_id, product_gone = shop or (None, "", None)
    is_gone = owner == connection_id and (variant_gone is not None or product_gone is not None)
    return Holder(product_id, variant_id, name, owner, external_id, is_gone)


def _shops_of(product_ids: set[int]) -> dict[int, tuple[int, str, object]]:
    """{product id: (connection id, id at that shop, since when it is gone)} of those that come from a shop."""
    if not product_ids:
        return {}
    rows = ExternalRef.objects.filter(kind=RefKind.PRODUCT, product__among=product_ids)
    return {row[0]: row[1:] for row in rows.values_list("product_id", "connection_id", "external_id", "gone_at")}


def identify(job: ImportJob, items: Sequence[Item], holders: Mapping[str, Holder], outcome: Outcome) -> None:
    """Sets fate and product_id of every item that comes in (a new one's number is taken later); asks and counts about the others."""
    fresh = []
    for item in items:
        if item.ref is not None:
            item.fate, item.product_id = KNOWN, item.ref.product_id
        else:
            fresh.append(item)
    if not fresh:
        return
    sure = _adopt(job.connection, fresh)
    undecided = [item for item in fresh if not item.fate]
    questions = {each.external_id: each for each in _questions(job.connection, [item.external_id for item in undecided])}
    chosen = _free_products(job.connection, [each.product_id for each in questions.values() if each.answer == Answer.SAME])
    verdicts: dict[str, Verdict] = {}
    guessed = [item for item in undecided if not _is_answered(item, questions.get(item.external_id), chosen, outcome)]
    sure |= {item.product_id for item in undecided if item.fate == LINKED}
    for item in guessed:
        _decide(job, item, holders, verdicts)
    _ask_rivals(guessed, sure, holders, verdicts)
    _ask(job, [item for item in undecided if item.external_id in verdicts], verdicts, questions, outcome)
    settled = [each.pk for each in questions.values() if each.answer == Answer.OPEN and each.external_id not in verdicts]
    if settled and not job.dry_run:
        LinkQuestion.objects.filter(pk__in=settled, answer=Answer.OPEN).delete()


def _adopt(connection: StoreConnection, fresh: Sequence[Item]) -> set[int]:
    """Products that came from this shop before it was disconnected. Another shop counts from 1 as well, so a number alone is not enough:
    the product's page must be at the same host, and there must be no other shop of this kind."""
    by_id = {item.external_id: item for item in fresh}
    rows = Product.objects.filter(tenant_id=connection.tenant_id, external_source=connection.provider, external_id__among=set(by_id))
    rows = rows.exclude(external_refs__kind=RefKind.PRODUCT).order_by("-pk")
    found = {
        external_id: pk
        for external_id, pk, page in rows.values_list("external_id", "pk", "website_url")
        if _host(page) == _host(by_id[external_id].record.website_url)
    }
    if not found or StoreConnection.objects.filter(tenant_id=connection.tenant_id, provider=connection.provider).count() > 1:
        return set()
    for external_id, pk in found.items():
        by_id[external_id].fate, by_id[external_id].product_id = KNOWN, pk
    return set(found.values())


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _questions(connection: StoreConnection, external_ids: list[str]) -> Iterable[LinkQuestion]:
    return LinkQuestion.objects.filter(connection=connection, external_id__among=set(external_ids)) if external_ids else ()


def _free_products(connection: StoreConnection, ids: list[int | None]) -> set[int]:
    """Those that are the business's and belong to no shop."""
    if not any(ids):
        return set()
    rows = Product.objects.for_tenant(connection.tenant_id).filter(pk__in=[pk for pk in ids if pk])
    return set(rows.exclude(external_refs__kind=RefKind.PRODUCT).values_list("pk", flat=True))


def _is_answered(item: Item, question: LinkQuestion | None, chosen: set[int], outcome: Outcome) -> bool:
    """Does what a person has said about it; an answer that names a product which is gone or taken by now counts for nothing."""
    answer = question.answer if question is not None else Answer.OPEN
    if answer == Answer.SKIP:
        outcome.counts["skipped"] += 1
        return True
    if answer == Answer.SAME and question is not None and question.product_id in chosen:
        chosen.discard(question.product_id)
        item.fate, item.product_id = LINKED, question.product_id
        return True
    if answer == Answer.SEPARATE:
        item.fate = NEW
        return True
    return False


def _decide(job: ImportJob, item: Item, holders: Mapping[str, Holder], verdicts: dict[str, Verdict]) -> None:
    """What the SKUs say."""
    if job.connection.link_by_sku == LinkBySku.NEVER:
        item.fate = NEW
        return
    own, always_ask = item.fitted.sku, job.connection.link_by_sku == LinkBySku.ASK
    verdict = judge(own, [sku for sku in item.wanted_skus if sku != own], holders, always_ask=always_ask)
    if verdict.why:
        verdicts[item.external_id] = verdict
    else:
        item.fate, item.product_id = (LINKED, verdict.product_id) if verdict.product_id else (NEW, 0)


def _ask_rivals(guessed: Sequence[Item], sure: set[int], holders: Mapping[str, Holder], verdicts: dict[str, Verdict]) -> None:
    """Two products of the page that would become one of ours: a person must say which. sure: products that are somebody's already."""
    claims = Counter(item.product_id for item in guessed if item.fate == LINKED)
    names = {holder.product_id: holder.name for holder in holders.values()}
    for item in guessed:
        if item.fate == LINKED and claims[item.product_id] + (item.product_id in sure) > 1:
            verdicts[item.external_id] = Verdict(None, rivals(names.get(item.product_id, "")), [item.product_id])
            item.fate, item.product_id = "", 0


def _ask(
    job: ImportJob, items: Sequence[Item], verdicts: Mapping[str, Verdict], known: Mapping[str, LinkQuestion], outcome: Outcome
) -> None:
    """Writes the questions that are new or have changed."""
    asked = []
    for item in items:
        verdict, question = verdicts[item.external_id], known.get(item.external_id)
        if job.dry_run:
            outcome.reports.append(("asked", item.external_id, item.name, [("", None, verdict.why)]))
        values: dict[str, Any] = {"name": item.name, "sku": item.fitted.sku or "", "why": verdict.why, "candidates": verdict.candidates}
        values |= {"answer": Answer.OPEN, "product_id": None, "shown": _shown(item)}
        is_news = question is None or any(getattr(question, name) != value for name, value in values.items())
        outcome.counts["asked"] += is_news or not job.in_step  # Between two imports a question is told of once.
        if is_news:
            asked.append(
                LinkQuestion(tenant_id=job.connection.tenant_id, connection=job.connection, external_id=item.external_id, **values)
            )
    if asked and not job.dry_run:
        LinkQuestion.objects.bulk_create(
            asked, update_conflicts=True, unique_fields=["connection", "external_id"],
            update_fields=["name", "sku", "why", "candidates", "answer", "product", "shown"],
        )  # fmt: skip


def _shown(item: Item) -> dict[str, Any]:
    """What helps a person to recognise it; a price may be a variation's."""
    prices = [values.get("price") for values in (item.fitted.values, *(one.values for one in item.fitted.variants))]
    return {
        "price": next((price for price in prices if price), None), "currency": item.fitted.values.get("currency") or "",
        "image": item.fitted.images[0][0] if item.fitted.images else "", "link": item.fitted.values.get("website_url") or "",
    }  # fmt: skip
