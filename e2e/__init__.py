"""Browser tests: the true project, started by the supervisor in a temporary copy, driven with Chromium. `make e2e` runs them."""
