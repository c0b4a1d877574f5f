"""Secrets without which the server does not start. Pure: settings.py calls this before Django is ready."""

from django.core.exceptions import ImproperlyConfigured

DEVELOPMENT_SECRET = "development-only-secret-never-used-with-debug-off"
MINIMUM_LENGTH = 32


def secret_or_refuse(name: str, value: str, *, debug: bool) -> str:
    """The secret itself; a fixed development value when DEBUG is on and nothing is set.

    Raises ImproperlyConfigured (naming the variable and the remedy, never the value) when DEBUG is off and the secret is missing,
    shorter than 32 characters, or the development value.
    """
    if debug and not value:
        return DEVELOPMENT_SECRET
    parts = [part for part in value.split(",") if part]
    if not parts or any(len(part) < MINIMUM_LENGTH for part in parts) or DEVELOPMENT_SECRET in parts and not debug:
        raise ImproperlyConfigured(
            f"{name} is missing or shorter than {MINIMUM_LENGTH} characters. Set it in .env or in the environment, for example to the "
            'output of: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return value
