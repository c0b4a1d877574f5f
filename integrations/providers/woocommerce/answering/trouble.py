"""Words that many troubles of WooCommerce shops share. Pure. Their form is every provider's (trouble.py); the list itself: troubles/."""

from integrations.providers.trouble import WAIT, Trouble

__all__ = ["ASK_HOST", "WAIT", "Trouble", "ask_host"]

ASK_HOST = "Ask your web host or whoever looks after the site"
ask_host = "ask your web host or whoever looks after the site"
