"""A board with one row of everything, so that every address of the site leads somewhere."""

import re

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from gates.models import Evidence, Gate, Proposal
from gates.roles import create_groups
from tests.support import api, factory

PLACEHOLDER = re.compile(r"<(?:(\w+):)?(\w+)>")


class OneOfEach:
    """The rows, and the address of a route with its placeholders filled in from them."""

    def __init__(self) -> None:
        create_groups()
        launch = factory.launch()
        self.gate = factory.closed_gate("T1", by=factory.user("closer"))
        self.file = Evidence(gate=self.gate, kind="file", summary="The log of the drill")
        self.file.file.save("drill.txt", ContentFile(b"p95 410 ms\n"))
        load = factory.check(self.gate, "load")
        self.run = factory.run(load)
        other = factory.launch("other", name="Another launch")
        self.open_gate = factory.gate("T2")  # without anything that would hold it back
        token, text = api.token(load, name="A token")
        self.prefix = token.prefix
        api.post(text, {"summary": "The drill passed at noon"}, api.PROPOSALS)
        self.proposal = Proposal.objects.get()
        self.rows = {
            "gates/gate": self.open_gate,
            "gates/evidence": factory.evidence(self.gate, "A second proof"),
            "gates/blocker": factory.blocker(factory.gate("T3")),
            "gates/check": factory.check(self.gate, "never-run"),
            "gates/action": factory.action(launch),
            "gates/claim": factory.claim(launch),
            "gates/launch": other,
            "gates/owner": factory.owner("Nobody waits for them"),
            "gates/token": token,
            "auth/user": factory.user("other"),
            "auth/group": Group.objects.create(name="Other"),
        }

    def path(self, route: str) -> str:
        """A concrete address for a route of the resolver."""
        room = route.partition("/")[0]
        values = {
            "slug": "primitive",
            "named": "launched",
            "code": "T1",
            "key": "load",
            "pk": str({"runs": self.run, "proposals": self.proposal}.get(room, self.file).pk),
            "sha256": self.file.sha256,
            "content_type_id": str(ContentType.objects.get_for_model(Gate).pk),
            "object_id": str(self.gate.pk),
            "provider_id": "sso",
            "name": "launched",
            "prefix": self.prefix,
        }
        if route.startswith("people/"):
            values["pk"] = str(self.rows["auth/user"].pk)
        for name, row in self.rows.items():
            if route.startswith(f"admin/{name}/"):
                values["object_id"] = values["id"] = str(row.pk)
        route = route.replace("^(?P<app_label>gates|auth)/$", "gates/")
        route = route.replace("^(?P<rest>.*)$", "no/such/address")
        route = route.replace("(?P<url>.*)$", "no/such/page/")
        return "/" + PLACEHOLDER.sub(lambda found: values[found[2]], route)
