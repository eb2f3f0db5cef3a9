"""The values of a page's form."""

from html.parser import HTMLParser


class Controls(HTMLParser):
    """Parser: `data` has the values of a page's form controls, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self.textarea = self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add the value of a control whose start tag has it."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "select":
            self.select = attributes["name"]
        elif tag == "option" and "selected" in attributes:
            self.data[self.select] = attributes["value"]
        elif tag == "textarea":
            self.textarea = attributes["name"]
            self.data[self.textarea] = ""
        elif tag == "input" and "name" in attributes and self.is_sent(attributes):
            default = "on" if attributes["type"] == "checkbox" else ""
            self.data[attributes["name"]] = attributes.get("value", default)

    def is_sent(self, attributes: dict[str, str]) -> bool:
        """Return whether a browser sends this input as it is."""
        ticked = attributes["type"] not in {"checkbox", "radio"} or "checked" in attributes
        return ticked and attributes["type"] not in {"submit", "file"}

    def handle_data(self, data: str) -> None:
        """Add text inside a textarea; a line break at its start belongs to the tag."""
        if self.textarea:
            first = not self.data[self.textarea]
            self.data[self.textarea] += data.removeprefix("\n") if first else data

    def handle_endtag(self, tag: str) -> None:
        """Leave a textarea."""
        if tag == "textarea":
            self.textarea = ""
