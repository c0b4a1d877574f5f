"""What becomes of a run when the shop cannot be read now, refuses us, or a person has to say something first."""

import random
from datetime import timedelta

from common.clock import database_now
from common.errors import NeedsConfigurationError, RemoteError, TransientError
from common.redaction import clean_error_text
from common.retry import STORE_DELAYS, store_delay
from integrations.connecting.blocking import block
from integrations.importing.job import NeedsConfirmation
from integrations.models import StoreConnection
from integrations.runs.orders import order_of
from operations.background import ask_person, put_off
from operations.models import Run, RunStatus
from operations.services import finish_run

LONGEST_WAIT = timedelta(hours=1)
ONLY_LOOKED = "Only looked: nothing was changed here."


def said(error: RemoteError) -> str:
    """The adapter's words for a merchant: what is wrong, and what to do."""
    remedy = str(error.data.get("remedy") or "")
    return clean_error_text(f"{error.message} {remedy}".strip(), 2_000)


def wait_or_fail(run: Run, error: TransientError, *, may_wait: bool) -> None:
    """Puts the run off for 5, 15, then 45 minutes (longer when the shop asks for it, an hour at most), each as a row; then it fails.

    may_wait: False where nobody would take it up again (a command): it fails at once.
    """
    attempt = Run.objects.values_list("tries", flat=True).get(pk=run.pk) + 1
    delay = store_delay(attempt, random.random()) if may_wait else None  # noqa: S311 - spreads load, guards nothing
    if delay is None:
        tried = f" Tried {attempt} times." if attempt > 1 else ""
        finish_run(run, RunStatus.FAILED, message=said(error) + tried)
        return
    asked = min(timedelta(seconds=error.retry_after or 0), LONGEST_WAIT)
    words = f"try {attempt} of {len(STORE_DELAYS)} was in vain: {clean_error_text(error.message)}"
    put_off(run, database_now() + max(delay, asked), words[:80])


def refuse(run: Run, connection: StoreConnection, error: NeedsConfigurationError) -> None:
    """A person must act: the run fails at once, and nothing is asked of the shop until then."""
    words = said(error)
    if not block(connection, words):
        words = f"{words} The keys or the address were changed meanwhile: start the import again."
    finish_run(run, RunStatus.FAILED, message=words)


def ask(run: Run, question: NeedsConfirmation) -> None:
    """The run waits for a person before so many products become inactive."""
    words = (
        f"{question.gone} of {question.of} products are no longer in the shop and would become inactive here (and be hidden at Meta). "
        "Everything else is imported. If that is right, confirm; otherwise cancel and look at the shop."
    )
    ask_person(run, total=run.total, counts=run.counts, message=words, done=run.done)


def complete(run: Run) -> None:
    """All steps are done."""
    if order_of(run).dry_run:
        finish_run(run, message=ONLY_LOOKED)
        return
    words = []
    if asked := run.counts.get("asked", 0):
        words.append(f"{asked} {'product waits' if asked == 1 else 'products wait'} for your answer whether it is one you entered here.")
    if failed := run.counts.get("failed", 0):
        words.append(f"{failed} {'product has a problem' if failed == 1 else 'products have problems'}; the issues say which.")
    finish_run(run, message=" ".join(words))
