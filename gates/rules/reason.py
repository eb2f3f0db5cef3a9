"""Why a rule says what it says: a sentence as template and values, not yet in any language.

The rules know no language; whoever shows a reason words it for the reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence a rule says: a stable code, an English template, and its values.

    `gates` holds the codes the sentence names, so that a page can link them.
    """

    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    count: int = 1
    gates: tuple[str, ...] = ()

    def render(
        self,
        gettext: Callable[[str], str] = str,
        ngettext: Callable[[str, str, int], str] = lambda one, many, n: one if n == 1 else many,
        show: Callable[[Any], str] = str,
    ) -> str:
        """The sentence in the language of the given translators; `show` words each value."""
        if self.plural:
            template = ngettext(self.message, self.plural, self.count)
        else:
            template = gettext(self.message)
        values = {name: show(value) for name, value in self.values.items()}
        if self.gates:
            values["gates"] = ", ".join(self.gates)
        return template % values

    def __str__(self) -> str:
        return self.render()


class Plural(TypedDict):
    """The two wordings of a sentence that counts, as keyword arguments of `Reason`."""

    message: str
    plural: str


def ngettext_noop(one: str, many: str) -> Plural:
    """Mark a sentence that has a plural for the translators' catalogue."""
    return {"message": one, "plural": many}
