"""A page's form, filled in as the page shows it."""

from html.parser import HTMLParser


class Controls(HTMLParser):
    """The values of a page's form controls, as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self.into = self.select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the value of a control where its tag holds it."""
        found = {name: value or "" for name, value in attrs}
        if tag == "select":
            self.select = found["name"]
        elif tag == "option" and "selected" in found:
            self.data[self.select] = found["value"]
        elif tag == "textarea":
            self.into = found["name"]
            self.data[self.into] = ""
        elif tag == "input" and "name" in found and self.is_sent(found):
            default = "on" if found["type"] == "checkbox" else ""
            self.data[found["name"]] = found.get("value", default)

    def is_sent(self, found: dict[str, str]) -> bool:
        """Whether a browser sends this input without anybody touching it."""
        ticked = found["type"] not in {"checkbox", "radio"} or "checked" in found
        return ticked and found["type"] not in {"submit", "file"}

    def handle_data(self, data: str) -> None:
        """Text inside a text area; its first line break belongs to the tag."""
        if self.into:
            first = not self.data[self.into]
            self.data[self.into] += data.removeprefix("\n") if first else data

    def handle_endtag(self, tag: str) -> None:
        """The end of a text area."""
        if tag == "textarea":
            self.into = ""
