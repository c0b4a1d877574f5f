"""Refusals in WordPress's words: code, message, status, as they were recorded."""

from typing import Any


class WooError(Exception):
    """One refusal. `data` joins the status inside the body's `data`; `logged_in`: somebody was recognised before it was refused."""

    def __init__(self, code: str, message: str, status: int, data: dict[str, Any] | None = None, logged_in: bool = True) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.logged_in = code, message, status, logged_in
        self.data = data or {}
        self.allow = ""

    def body(self) -> dict[str, Any]:
        """The JSON-ready body."""
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}


def no_route() -> WooError:
    """No such address, or not with this method; also what a shop without WooCommerce says to everything."""
    return WooError("rest_no_route", "No route was found matching the URL and request method.", 404)


def not_signed_in(message: str, code: str = "woocommerce_rest_authentication_error") -> WooError:
    """The caller tried to sign in and failed: secret, signature, nonce or clock."""
    return WooError(code, message, 401, logged_in=False)


def cannot_view(signed_in: bool) -> WooError:
    """401 for nobody (no key, an unknown one, or one that never arrived), 403 for the key of a user without rights."""
    return WooError("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 403 if signed_in else 401, logged_in=signed_in)


def invalid_id(kind: str) -> WooError:
    """No such "product" or "product_variation"."""
    return WooError(f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", 404)


def invalid_parameters(problems: dict[str, tuple[str, str]]) -> WooError:
    """name -> (code, message) of every parameter that is wrong."""
    details = {name: {"code": code, "message": message, "data": None} for name, (code, message) in problems.items()}
    data = {"params": {name: message for name, (_, message) in problems.items()}, "details": details}
    return WooError("rest_invalid_param", f"Invalid parameter(s): {', '.join(problems)}", 400, data)


def not_modelled(what: str) -> WooError:
    """A real shop could do this, the stand-in cannot: loudly, so that nobody takes its silence for an answer."""
    return WooError("sandbox_not_modelled", f"The sandbox shop does not know {what}; a real shop does.", 501)
