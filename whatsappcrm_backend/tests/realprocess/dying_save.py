"""`python -m ..realprocess.dying_save PRODUCT NAME`: renames a product and dies by kill -9 between commit and doorbell."""

import os
import signal
import sys

import django
from django.db import connection

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")
    django.setup()
    from common import doorbell
    from products_and_services.models import Product

    def die(*_: object) -> None:
        assert not connection.in_atomic_block
        os.kill(os.getpid(), signal.SIGKILL)

    doorbell._publish = die
    product = Product.objects.get(pk=sys.argv[1])
    product.name = sys.argv[2]
    product.save()
