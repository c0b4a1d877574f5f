"""Answers to “is this the product that was entered here?”: taken from people and programs, carried out by the next import that sees it.

An answer by itself starts an import of just the products it is about, unless one of that shop is under way; then the next one does it.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from common.clock import database_now
from integrations.models import Answer, ExternalRef, LinkQuestion, RefKind, StoreConnection
from integrations.runs import AlreadyRunning, NotReady, start_import
from operations.models import Run
from products_and_services.models import Product
from tenants.actor import current_actor
from tenants.services import record_audit


def answer_question(question: LinkQuestion, answer: str, product_id: int | None = None) -> Run | None:
    """Notes the answer and starts an import of the product; None when that has to wait for the shop's next import.

    product_id: with “same”, which of our products it is; may be left out where there is only one candidate. An answer may be changed until
    it has been carried out. Raises ValidationError naming the field.
    """
    with transaction.atomic():
        _note(question, answer, product_id)
        return _carry_out(question.connection, answer, [question.external_id])


def answer_alike(questions: Sequence[LinkQuestion], answer: str) -> tuple[int, list[Run]]:
    """The same answer to many, “same” only for those with a single candidate. Returns how many were answered, and the imports started.

    Those that cannot be answered so are left as they are. Raises ValidationError for a word that is no answer.
    """
    if answer not in Answer.values or answer == Answer.OPEN:
        raise _unknown(answer)
    answered: dict[StoreConnection, list[str]] = {}
    with transaction.atomic():
        for question in questions:
            try:
                _note(question, answer, None)
            except ValidationError:
                continue
            answered.setdefault(question.connection, []).append(question.external_id)
        runs = [run for connection, ids in answered.items() if (run := _carry_out(connection, answer, ids))]
    return sum(len(ids) for ids in answered.values()), runs


def _note(question: LinkQuestion, answer: str, product_id: int | None) -> None:
    if answer not in Answer.values or answer == Answer.OPEN:
        raise _unknown(answer)
    if _refs(question).exists():
        raise ValidationError({"answer": ["This product has been imported meanwhile, so there is nothing to decide any more."]})
    product = _chosen(question, product_id) if answer == Answer.SAME else None
    question.answer, question.product = answer, product
    question.answered_by, question.answered_at = current_actor().name[:200], database_now()
    question.save(update_fields=["answer", "product", "answered_by", "answered_at"])
    metadata = {"answer": answer, "external_id": question.external_id, "product": product.pk if product else None}
    record_audit("shop_question_answered", question.tenant, subject=str(question), metadata=metadata)


def _chosen(question: LinkQuestion, product_id: int | None) -> Product:
    if product_id is None:
        if len(question.candidates) != 1:
            raise ValidationError({"product": ["Say which of your products it is."]})
        product_id = question.candidates[0]
    product = Product.objects.for_tenant(question.tenant_id).filter(pk=product_id).first()
    if product is None:
        raise ValidationError({"product": ["There is no such product any more. Choose another one, or answer “separate”."]})
    if product.external_refs.filter(kind=RefKind.PRODUCT).exists():
        raise ValidationError({"product": [f"“{product}” is a shop's product already. Choose another one, or answer “separate”."]})
    rivals = LinkQuestion.objects.for_tenant(question.tenant_id).filter(answer=Answer.SAME, product=product).exclude(pk=question.pk)
    if rival := rivals.first():
        raise ValidationError({"product": [f"“{product}” was chosen for “{rival}”. Change that answer first, or choose another one."]})
    return product


def _refs(question: LinkQuestion) -> QuerySet[ExternalRef]:
    return ExternalRef.objects.filter(connection_id=question.connection_id, kind=RefKind.PRODUCT, external_id=question.external_id)


def _unknown(answer: str) -> ValidationError:
    known = ", ".join(value for value in Answer.values if value)
    return ValidationError({"answer": [f"“{answer}” is no answer. Known are {known}."]})


def _carry_out(connection: StoreConnection, answer: str, external_ids: list[str]) -> Run | None:
    if answer == Answer.SKIP:
        return None
    try:
        return start_import(connection, only_ids=external_ids)
    except (AlreadyRunning, NotReady):
        return None
