"""Google's product category as Meta takes it: its number, or its path with " > " between the steps. Pure."""

import re

HELP = (
    "Google's number, for example 212, or the whole path: Apparel & Accessories > Clothing > Shirts & Tops. "
    "The list: google.com/basepages/producttype/taxonomy-with-ids.en-US.txt"
)
WRONG = "Write Google's number (for example 212), or the path from the top with “ > ” between the steps."


def tidy_category(value: str) -> str:
    """One blank around each ">". Raises ValueError when it can be neither a number nor a path. Whether Google knows it is not checked."""
    text = " ".join(value.split())
    if not text:
        return ""
    if re.fullmatch(r"\d+ - .+", text):  # A line copied from Google's list: "212 - Apparel & Accessories > ..".
        return text.partition(" ")[0]
    steps = [step.strip() for step in text.split(">")]
    is_number = text.isdigit()
    if (is_number and not 0 < int(text) < 1_000_000) or not all(steps) or re.search(r"[|»›]|->|::| / ", text):
        raise ValueError(WRONG)
    return text if is_number else " > ".join(steps)
