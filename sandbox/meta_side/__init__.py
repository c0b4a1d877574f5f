"""The page "Meta's side": what the stand-in holds beside what the shop's own database says. Reads both, writes neither."""
