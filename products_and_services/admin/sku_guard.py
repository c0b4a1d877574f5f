"""Pages whose form carries a SKU: what happens when somebody else takes it between the check and the save."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from products_and_services.models.skus import SkuTaken


class SkuGuard:
    """Mixed in front of an admin class."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Checked a second time, the form itself finds the SKU taken and keeps what was typed."""
        page = super().changeform_view  # type: ignore[misc]
        try:
            return page(request, *args, **kwargs)
        except SkuTaken:
            try:
                return page(request, *args, **kwargs)
            except SkuTaken as taken:
                messages.error(request, " ".join(taken.messages))
                return HttpResponseRedirect(request.get_full_path())
