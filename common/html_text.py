"""HTML to plain text. Pure, linear, standard library only: block elements become line breaks, scripts and styles vanish."""

from html.parser import HTMLParser

BLOCKS = frozenset("address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
                   "main nav ol p pre section table tr ul".split())
SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object"})
LONGEST_INPUT = 200_000


class _TextCollector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in BLOCKS:
            self.parts.append("\n")

    def parse_html_declaration(self, i: int) -> int:
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # "<![" with nonsense behind it: the parser gives up, we take it for text.
            return -1

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def html_to_text(markup: str) -> str:
    """Readable text: entities decoded, runs of spaces folded, at most one empty line in a row. Input beyond 200,000 characters is cut."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    collector = _TextCollector()
    collector.feed(markup[:LONGEST_INPUT])
    collector.close()
    lines = [" ".join(line.split()) for line in "".join(collector.parts).split("\n")]
    return "\n".join(line for line in lines if line)
