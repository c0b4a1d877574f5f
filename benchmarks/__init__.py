"""Measured promises about speed. `make bench` runs them all; `make bench ARGS=burst` one of them. docs/benchmarks.md keeps the results."""
