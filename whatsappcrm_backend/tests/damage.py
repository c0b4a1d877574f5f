"""What happens to files of backups on disks and in hands."""

import zipfile
from collections.abc import Callable
from pathlib import Path


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("tables/products_and_services.product.jsonl")
    data[entry.header_offset + 150] ^= 0xFF
    path.write_bytes(bytes(data))


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Somebody who knows ZIP: the checksums of the ZIP itself are right."""
    with zipfile.ZipFile(path) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for entry, body in members.items():
            archive.writestr(entry, body)


def change_a_row(path: Path) -> None:
    name = "tables/products_and_services.product.jsonl"
    rewrite(path, lambda members: members.update({name: members[name].replace(b"Panel 1", b"Panel X")}))


def change_the_manifest(path: Path) -> None:
    name, origin = "manifest.json", b'"public_base_url": "'
    rewrite(path, lambda members: members.update({name: members[name].replace(origin, origin + b"https://x.")}))


def take_a_member(path: Path) -> None:
    rewrite(path, lambda members: members.pop("tables/tenants.auditevent.jsonl"))


def add_a_member(path: Path) -> None:
    rewrite(path, lambda members: members.update({"media/../../etc/cron": b"evil"}))
