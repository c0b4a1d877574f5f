"""“Test connection” on the form of a row that leads to another system: what is typed is tried before it is saved.

The script (common/test_connection.js) sends the form and shows the answer without leaving the page. Without it the button of a saved row
tries what is stored, and the answer is a message.
"""

from typing import Any

from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from common.admin.badges import Tool
from common.trial import TrialResult

LEVELS = {"green": "success", "orange": "warning", "red": "error"}
NOTHING_ASKED = "Nothing was asked, because a value is missing or wrong."


class TriesConnections:
    """Mixed into an admin page, before TenantModelAdmin.

    asked: who is asked, as in "Asking the shop"; tried: fields of the form that are tried, the others may still be wrong.
    """

    asked = ""
    tried: tuple[str, ...] = ()
    change_form_before_template = "common/trial.html"

    def try_connection(self, row: Any) -> TrialResult:
        """Asks the other side with what the row holds, saved or not. Network; called outside transactions."""
        raise NotImplementedError

    def typed_row(self, form: Any, row: Any | None) -> Any:
        """What to try of a form whose tried fields are right; row: as it is stored, None for a new one. Saves nothing."""
        raise NotImplementedError

    def tried_fields(self, form: Any) -> tuple[str, ...]:
        """Those of this form."""
        return self.tried

    def is_freed(self, row: Any) -> bool:
        """Whether the trial changed what the page of this row says, so that the script loads it anew."""
        return False

    @property
    def media(self) -> Any:
        return super().media + Media(js=["common/test_connection.js"])

    def get_urls(self) -> list[Any]:
        own = [self.page("<path:object_id>/test/", self.test_view, "test"), self.page("test-new/", self.test_new_view, "test_new")]
        return [*own, *super().get_urls()]

    def trial_tool(self, row: Any, *, primary: bool = False) -> Tool:
        """The button. primary: it is what helps now."""
        return Tool("Test connection", self.object_url(row, "test"), "network_check", post=True, primary=primary)

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Tries the typed values (sent by the page's script as a form) over the stored ones."""
        return self._test(request, self.posted(request, object_id))

    def test_new_view(self, request: HttpRequest) -> HttpResponse:
        """Tries the values of a row that is not saved yet."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise Http404
        return self._test(request, None)

    def tell_trial(self, request: HttpRequest, result: TrialResult, prefix: str = "") -> None:
        """The result as a message on the next page."""
        said = f"{self.asked[0].upper()}{self.asked[1:]} says: “{result.said}”" if result.said else ""
        self.message_user(request, " ".join(filter(None, (prefix, result.text, result.to_do, said))), LEVELS[result.tone])

    def _test(self, request: HttpRequest, row: Any | None) -> HttpResponse:
        is_typed = any(name in request.POST for name in self.tried)
        trial = self._typed(request, row) if is_typed or row is None else row
        result = trial if isinstance(trial, TrialResult) else self.try_connection(trial)
        if is_typed:
            shown: dict[str, Any] = {name: getattr(result, name) for name in ("tone", "text", "to_do", "said")}
            shown["freed"] = row is not None and self.is_freed(row)
            return JsonResponse(shown, headers={"Cache-Control": "no-store"})
        self.tell_trial(request, result)
        return HttpResponseRedirect(self.object_url(row) if row is not None else self.list_url())

    def _typed(self, request: HttpRequest, row: Any | None) -> Any:
        """The row as it is typed, not saved; or what is wrong with the values: they go into addresses, so they must be right."""
        stored = self.get_queryset(request).get(pk=row.pk) if row is not None else self.model()
        form = self.get_form(request, row, change=row is not None)(request.POST, instance=stored)
        form.is_valid()
        wrong = [f"{form.fields[name].label}: {' '.join(form.errors[name])}" for name in self.tried_fields(form) if name in form.errors]
        return TrialResult("red", NOTHING_ASKED, " ".join(wrong)) if wrong else self.typed_row(form, row)
