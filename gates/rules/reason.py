"""A reason that a rule gives: a sentence as template and values, in no language yet.

The rules know no language. `gates/reason_text.py` renders a reason in the reader's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence that a rule gives.

    code: a stable identifier, such as "no_evidence".
    message: the English template, with %(name)s for each value.
    values: the values of the template, by name.
    plural: the template for more than one; empty if the sentence counts nothing.
    count: the number that chooses between `message` and `plural`.
    gates: codes of the gates that the sentence names, so that a page can link them. The template
        has them as %(gates)s.
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
        ngettext: Callable[[str, str, int], str] = lambda singular, plural, count: (
            singular if count == 1 else plural
        ),
        show: Callable[[Any], str] = str,
    ) -> str:
        """Return the sentence, in English unless translators are given.

        gettext, ngettext: translate the template.
        show: formats each of `values`. The codes in `gates` are never formatted.
        """
        if self.plural:
            template = ngettext(self.message, self.plural, self.count)
        else:
            template = gettext(self.message)
        values = {name: show(value) for name, value in self.values.items()}
        if self.gates:
            values["gates"] = gettext(", ").join(self.gates)
        return template % values

    def __str__(self) -> str:
        return self.render()


class Plural(TypedDict):
    """The two templates of a sentence that counts, as keyword arguments of `Reason`."""

    message: str
    plural: str


def ngettext_noop(singular: str, plural: str) -> Plural:
    """Mark a sentence that counts for the message catalogue, and return its two templates."""
    return {"message": singular, "plural": plural}
