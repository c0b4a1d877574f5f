"""`python -m benchmarks.table`: writes the last run's figures (var/benchmarks.jsonl) into the results of docs/benchmarks.md.

Figures about Meta and about shops have tables of their own; one that nothing was measured for stays as it is.
"""

import json
import os
import platform
from pathlib import Path

from benchmarks.report import FILE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
PARTS = {"meta": "results", "shops": "results of shops", "step": "results of Shopify and of keeping in step"}
STEP = ("shopify_", "shop_to_", "one_broken_")
LOADED = ": **a loaded machine**, seconds are too many"
QUIET = 2.0  # load up to which only the benchmark itself is at work


def main() -> None:
    """Replaces everything between a part's two marks; the newest figure of each name and database wins."""
    lines = [json.loads(line) for line in FILE.read_text().splitlines()]
    newest = {(line["benchmark"], line["figure"], line["database"]): line for line in lines}
    text = PAGE.read_text()
    for part, mark in PARTS.items():
        figures = [line for line in newest.values() if _part_of(line["benchmark"]) == part]
        if figures:
            text = _replaced(text, mark, table(figures))
    PAGE.write_text(text)


def _part_of(benchmark: str) -> str:
    return "shops" if benchmark.startswith("store_") else "step" if benchmark.startswith(STEP) else "meta"


def _replaced(text: str, mark: str, rows: str) -> str:
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{rows}{end}{rest.split(end)[1]}"


def table(figures: list[dict]) -> str:
    """Markdown: where and when, then one row per figure with a column for each database."""
    days, loads = sorted(line["at"][:10] for line in figures), sorted(line["load"] for line in figures)
    rows = list(dict.fromkeys((line["benchmark"], line["figure"]) for line in figures))
    found = {(line["benchmark"], line["figure"], line["database"]): line for line in figures}
    when = " to ".join(dict.fromkeys((days[0], days[-1])))
    head = (
        f"Measured {when}, {os.cpu_count()} shared cores ({_processor()}), Python {platform.python_version()}, "
        f"load between {loads[0]} and {loads[-1]} (the benchmark's own is 1 to 2){LOADED if loads[-1] > QUIET else ''}.\n\n"
        "| benchmark | figure | SQLite | PostgreSQL | target or peer |\n|---|---|---:|---:|---|\n"
    )
    return head + "".join(_row(*row, *(found.get((*row, name)) for name in ("sqlite", "postgresql"))) for row in rows)


def _row(benchmark: str, figure: str, *cells: dict | None) -> str:
    one = next(cell for cell in cells if cell)
    aim = f"≤ {_number(one['target'])} {one['unit']}".strip() if one["target"] is not None else ""
    peers = " / ".join(f"{_number(cell['peer'])} {cell['unit']}" for cell in cells if cell and cell["peer"])
    values = " | ".join(f"{_number(cell['value'])} {cell['unit']}".strip() if cell else "–" for cell in cells)
    return f"| {benchmark} | {figure.strip()} | {values} | {aim or (f'peer: {peers}' if peers else '')} |\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
