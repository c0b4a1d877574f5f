"""`manage.py export_products --tenant solar FILE [--format xlsx]`"""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from products_and_services.models import Product
from products_and_services.spreadsheets.exports import FORMATS, file_of
from tenants.tenant_argument import add_tenant_argument, named_tenant


class Command(BaseCommand):
    help = "Writes all products of a business, with their variants, to a CSV or XLSX file that import_products takes back."

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant_argument(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=list(FORMATS), help="default: by the ending of the file's name, else csv")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = named_tenant(options["tenant"])
        path: Path = options["file"]
        ending = path.suffix.lower().removeprefix(".")
        kind = options["format"] or (ending if ending in FORMATS else "csv")
        total = Product.objects.for_tenant(tenant).count()
        try:
            with path.open("wb") as file, tqdm(total=total, desc="products", unit="", disable=not sys.stderr.isatty()) as bar:
                for piece in file_of(tenant, None, kind, seen=lambda number: bar.update(number - bar.n)):
                    file.write(piece)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.", returncode=2) from None
        self.stdout.write(f"{total} products written to {path}.")
