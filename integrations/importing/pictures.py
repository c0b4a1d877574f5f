"""Copies of the shop's pictures, where the connection wants them: fetched in waves of eight, outside transactions, then entered.

A picture that cannot be had is an issue and stays the shop's address. It is tried again later, the more seldom the more often it failed.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.db.models import F, Q

from integrations.importing.job import Cursor, ImportJob
from integrations.importing.outcome import Outcome
from integrations.models import RefKind
from integrations.records import FieldProblem
from products_and_services.models import ProductImage
from products_and_services.pictures.client import fetch_picture
from products_and_services.pictures.files import keep_picture
from products_and_services.pictures.found import Found
from products_and_services.pictures.links import note_looks
from products_and_services.steps.step import Step
from products_and_services.steps.stored import lock_products
from products_and_services.steps.writing import write_steps

logger = logging.getLogger("importer")
AT_ONCE = 8
HOST_IS_OUT = 3  # so many in vain in one wave, and none that worked: its other pictures wait for the next import
NOT_STORED = "It could not be stored here; the log of this time tells more."
OUT = "Its host does not answer for other pictures either, so they were not tried. The next import tries again."


@dataclass
class Wave:
    """rows: pictures; names: {picture id: its file here}; looks: {picture id: (address, why there is none)}; not_stored: picture ids."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    looks: dict[int, tuple[str, Found]] = field(default_factory=dict)
    not_stored: set[int] = field(default_factory=set)


def fetch_wave(job: ImportJob, cursor: Cursor, now: datetime) -> tuple[Wave, Cursor | None]:
    """Fetches and stores the next pictures. The cursor is None when there are none left."""
    wave = Wave(_next(job, cursor, now))
    if not wave.rows:
        return wave, None
    sub_domain = job.connection.tenant.sub_domain
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        results = list(pool.map(fetch_picture, [row["remote_url"] for row in wave.rows]))
    for row, result in zip(wave.rows, results, strict=True):
        if isinstance(result, Found):
            wave.looks[row["id"]] = (row["remote_url"], result)
        else:
            _keep(wave, row["id"], sub_domain, result)
    out = [*cursor.get("out", ()), *_hosts_out(wave)]
    return wave, {**cursor, "after": wave.rows[-1]["id"], "out": out}


def _keep(wave: Wave, picture_id: int, sub_domain: str, data: bytes) -> None:
    try:
        wave.names[picture_id] = keep_picture(sub_domain, data)
    except Exception:  # Storages raise errors of their own kinds: a full disk, a bucket that does not answer.
        logger.exception("A copied picture could not be stored.")
        wave.not_stored.add(picture_id)


def _next(job: ImportJob, cursor: Cursor, now: datetime) -> list[dict[str, Any]]:
    """Pictures without a copy, of products that the shop has; not those that failed and are not due yet, nor of hosts that are out."""
    refs = {"product__external_refs__connection": job.connection, "product__external_refs__kind": RefKind.PRODUCT}
    if job.only_ids is not None:
        refs["product__external_refs__external_id__among"] = set(job.only_ids)
    rows = ProductImage.objects.filter(**refs, product__external_refs__gone_at__isnull=True, image="", pk__gt=cursor["after"])
    resting = Q(facts__source=F("remote_url"), facts__failures__gt=0, facts__next_check_at__gt=now)
    rows = rows.exclude(remote_url="").exclude(resting)
    for host in cursor.get("out", ()):
        rows = rows.exclude(remote_url__startswith=host)
    found: Any = rows.order_by("pk").values("id", "remote_url", "product_id", "product__name", "product__external_id")
    return list(found[:AT_ONCE])


def _hosts_out(wave: Wave) -> list[str]:
    """["https://cdn.example/"]"""
    by_host: dict[str, list[bool]] = {}
    for row in wave.rows:
        in_vain = row["id"] in wave.looks and wave.looks[row["id"]][1].speaks_of_host
        by_host.setdefault(urljoin(row["remote_url"], "/"), []).append(in_vain)
    return [host for host, tries in by_host.items() if len(tries) >= HOST_IS_OUT and all(tries)]


def enter(job: ImportJob, wave: Wave, out: list[str], now: datetime) -> Outcome:
    """Writes what was fetched, in the caller's transaction: to pictures that are still the same. out: hosts that are out since now."""
    outcome = Outcome()
    if not wave.rows:
        return outcome
    lock_products(job.connection.tenant_id, {row["product_id"] for row in wave.rows})
    still = ProductImage.objects.filter(pk__in=[row["id"] for row in wave.rows], image="")
    current = dict(still.values_list("pk", "remote_url"))
    here = [row for row in wave.rows if current.get(row["id"]) == row["remote_url"]]
    copied = [row for row in here if row["id"] in wave.names]
    steps = [Step(row["product_id"], "image", row["id"], "changed", {"image": ["", wave.names[row["id"]]]}) for row in copied]
    write_steps(job.connection.tenant_id, steps)
    outcome.counts["images"] += len(copied)
    failed = [row for row in here if row["id"] in wave.looks]
    if failed:
        note_looks(job.connection.tenant_id, {row["id"]: wave.looks[row["id"]] for row in failed}, now)
    for row in [row for row in here if row["id"] not in wave.names]:
        why = NOT_STORED if row["id"] in wave.not_stored else wave.looks[row["id"]][1].reason
        words = f"{row['remote_url'][:200]} could not be copied: {why} The shop's own address is used."
        product = {"name": row["product__name"], "reference": row["product__external_id"], "product_id": row["product_id"]}
        outcome.note(FieldProblem("images", "not_copied", words), **product)
    for host in out:
        outcome.note(FieldProblem("images", "host_out", OUT), name=host)
    return outcome
