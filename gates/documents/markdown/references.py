"""Resolve reference links and footnotes: `[run 9][r]`, `[^1]`."""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\[([^\]\[]{1,300})\]\[([^\]\[]{0,100})\]")
_SHORTCUT = re.compile(r"\[([^\]\[]{1,100})\]")
_INSIDE = re.compile(r"(?<![\]\\!])\[([^\]\[^][^\]\[]{0,99})\](?![\[(:])")
_FOOTNOTE = re.compile(r"\[(\^[^\]\[]{1,100})\]")
_LINE = re.compile(r"\[(\^?[^\]\[]{1,100})\]:")


class References:
    """The definitions of a document. `used` has the labels that a text referred to."""

    def __init__(self, definitions: Mapping[str, tuple[int, str]]) -> None:
        self.texts = {label: text for label, (_, text) in definitions.items()}
        self.used: set[str] = set()

    def resolve(self, text: str) -> str:
        """Return a text with references as links and footnotes as their texts."""
        if not self.texts or "[" not in text:
            return text
        if footnote := _FOOTNOTE.fullmatch(text.strip()):
            return self._text(footnote.group(1)) or text
        if shortcut := _SHORTCUT.fullmatch(text.strip()):
            return self._link(shortcut.group(1), shortcut.group(1)) or text
        text = _REFERENCE.sub(
            lambda m: self._link(m.group(1), m.group(2) or m.group(1)) or m.group(), text
        )
        text = _INSIDE.sub(lambda m: self._link(m.group(1), m.group(1)) or m.group(), text)
        notes = [self._text(label) for label in dict.fromkeys(_FOOTNOTE.findall(text))]
        return " ".join([text, *(f"({note})" for note in notes if note)])

    def is_used_definition(self, line: str, note: str = "") -> bool:
        """Tell whether a line is a definition that a text referred to.

        note: the label of the footnote whose further line it is.
        """
        label = _LINE.match(line)
        return note in self.used or (label is not None and label.group(1).casefold() in self.used)

    def _text(self, label: str) -> str:
        label = label.strip().casefold()
        self.used |= {label} & self.texts.keys()
        return self.texts.get(label, "")

    def _link(self, text: str, label: str) -> str:
        definition = self.texts.get(label.strip().casefold(), "")
        address = definition.split(" ")[0].strip("<>")
        if "://" not in address:
            return ""
        self._text(label)
        return f"[{text}]({address})"
