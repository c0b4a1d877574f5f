"""Admin pages about shops, and what they add to the pages of runs and products. Everything they do is one call of a service of this app."""

from integrations.admin import connections, run_extension

__all__ = ["connections", "run_extension"]
