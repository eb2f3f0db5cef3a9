"""XML as the parsers take it: no DOCTYPE, so no entities; at most 50 levels; UTF-8.

Elements are handed on while they are read; no tree is built. Without a DOCTYPE nothing can be
declared, so there is nothing to expand or to fetch.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

# What its known attacks need is a DOCTYPE, and that is refused.
from xml.parsers import expat

from django.utils.translation import gettext_noop

from .report import ReportError, shown
from .strict_json import MAX_DEPTH
from .text import decode_report

# Called with the names of the open elements, from the root to the new one, and its attributes.
OnElement = Callable[[Sequence[str], Mapping[str, str]], None]
ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}


def walk_xml(content: bytes, on_element: OnElement) -> None:
    """Read a report that is XML, and call `on_element` at the start of each element.

    Raises:
        ReportError: it is not XML, or more than plain elements.
    """
    text = decode_report(content)
    if not text.lstrip().startswith("<"):
        raise ReportError("not_xml", gettext_noop("This is not XML."))
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name)
        if len(path) > MAX_DEPTH:
            message = gettext_noop("The report is nested deeper than %(most)s levels.")
            raise ReportError("too_deep", message, most=MAX_DEPTH)
        on_element(path, attributes)

    def end(_name: str) -> None:
        path.pop()

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.XmlDeclHandler = _check_encoding
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        message = gettext_noop("This is not XML: line %(line)s, column %(column)s.")
        values = {"line": error.lineno, "column": error.offset + 1}
        raise ReportError("not_xml", message, **values) from error


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        message = gettext_noop("The report says that it is in %(encoding)s; send it in UTF-8.")
        raise ReportError("encoding", message, encoding=shown(encoding))


def _refuse_doctype(*_declaration: object) -> NoReturn:
    message = gettext_noop("The report has a DOCTYPE, which could declare entities: leave it out.")
    raise ReportError("doctype", message)
