"""The two ways in which `make up` ends before everything runs. No other failure is expected to reach the person."""


class Refusal(Exception):
    """We do not start, and the text says why and what to do. Ends the program with exit code 2, without a traceback."""


class Stopped(Exception):
    """Ctrl-C or SIGTERM arrived while we were still setting up."""
