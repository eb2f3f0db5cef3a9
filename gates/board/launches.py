"""Find a launch by its slug, as it is now or as it was at an earlier moment."""

from datetime import datetime

from gates.board.as_of import RowSource, history_start
from gates.board.rows import LaunchRow
from gates.models import Launch

LAUNCH_COLUMNS = (
    "id", "slug", "name", "snapshot_date", "plan_starts_on", "notes", "is_current", "archived_on",
)  # fmt: skip


class NoHistoryYet(Exception):
    """The launch has no history at the moment asked for.

    Attributes:
        launch: The launch.
        since: When its history begins; None where it has none at all, as after `loaddata`, which
            writes no history.
    """

    def __init__(self, launch: LaunchRow, since: datetime | None) -> None:
        self.launch, self.since = launch, since
        super().__init__(f"the record of {launch.slug} begins {since or 'never'}")


def get_launch(slug: str | None = None, as_of: datetime | None = None) -> LaunchRow | None:
    """Return the launch with a slug, or the current one; None if there is none.

    Args:
        slug: The slug; None for the current launch.
        as_of: A past moment: the launch that had the slug, or was current, at that moment. If there
            was none, the one that has it today, as it was then: links outlive a change of slug.

    Raises:
        NoHistoryYet: That launch has no history at that moment.
    """
    launches = all_launches(as_of)
    found = next((row for row in launches if (row.slug == slug if slug else row.is_current)), None)
    if found is None and as_of is not None:
        today = get_launch(slug)
        return None if today is None else launch_as_of(today, as_of)
    if found is not None:
        found.others = [row for row in launches if row is not found]
    return found


def all_launches(as_of: datetime | None = None) -> list[LaunchRow]:
    """Return every launch, the current one first, then the newest; archived ones last."""
    rows = RowSource(as_of, (Launch,)).queryset(Launch).values_list(*LAUNCH_COLUMNS)
    return sorted((LaunchRow(*row) for row in rows), key=_place)


def _place(launch: LaunchRow) -> tuple[bool, bool, int, str]:
    newest_first = -launch.snapshot_date.toordinal()
    return launch.archived_on is not None, not launch.is_current, newest_first, launch.slug


def launch_as_of(launch: LaunchRow, as_of: datetime) -> LaunchRow:
    """Return the same launch as it was at a moment, under any slug.

    Raises:
        NoHistoryYet: It has no history at that moment.
    """
    rows = RowSource(as_of, (Launch,)).queryset(Launch).filter(id=launch.id)
    row = rows.values_list(*LAUNCH_COLUMNS).first()
    if row is None:
        raise NoHistoryYet(launch, history_start(Launch, launch.id))
    return LaunchRow(*row)


def current_slug(slug: str) -> str | None:
    """Return today's slug of the launch that has or last had this one, in any case.

    None while a launch has just this one, or if none ever had it.
    """
    if Launch.objects.filter(slug=slug).exists():
        return None
    present = Launch.objects.filter(slug__iexact=slug).values_list("slug", flat=True).first()
    if present:
        return present
    past = Launch.history.filter(slug__iexact=slug, id__in=Launch.objects.values("id"))
    last = past.order_by("-history_date", "-history_id").values_list("id", flat=True).first()
    return Launch.objects.filter(id=last).values_list("slug", flat=True).first()
