"""Text that must show something: the database refuses names and proofs that nobody can see.

A column may be long and well filled and show nothing: Hangul fillers are letters, zero-width
characters have no width. The triggers refuse such a text when it is written. A row from before
is left as it is until its text changes, so they are triggers and not constraints.

`gates/rules/text.py` has the same characters; a test compares the two.
"""

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

TEXT_IS_VISIBLE = "text_is_visible"

COLUMNS = {
    "gates_launch": "name",
    "gates_section": "name",
    "gates_owner": "name",
    "gates_gate": "title",
    "gates_evidence": "summary",
    "gates_blocker": "needs",
    "gates_action": "text",
    "gates_claim": "name",
}
# White space and what is invisible, as ranges of code points.
BLANK = (
    (0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD), (0x034F, 0x034F),
    (0x061C, 0x061C), (0x115F, 0x1160), (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064), (0x2066, 0x206F), (0x2800, 0x2800),
    (0x3000, 0x3000), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB), (0xE0001, 0xE0001), (0xE0020, 0xE007F), (0xE0100, 0xE01EF),
)  # fmt: skip


def _postgresql(table: str, column: str) -> Trigger:
    ranges = "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in BLANK)
    body = f"""
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.{column} IS NOT DISTINCT FROM OLD.{column} THEN
        RETURN NEW;
    END IF;
    IF NEW.{column} !~ '[^{ranges}]' THEN
        RAISE EXCEPTION '{column} of {table} shows nothing'
            USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{TEXT_IS_VISIBLE}',
                  TABLE = '{table}';
    END IF;
    RETURN NEW;
END"""
    create = (
        f"CREATE TRIGGER {{name}} BEFORE INSERT OR UPDATE ON public.{table} "
        "FOR EACH ROW EXECUTE FUNCTION public.{name}()"
    )
    return Trigger(f"{table}_{column}_visible", table, create, body=body)


def _sqlite(table: str, column: str) -> tuple[Trigger, Trigger]:
    ranges = "".join(
        f"{chr(first)}-{chr(last)}" if last > first else chr(first) for first, last in BLANK
    )
    shows_nothing = f"NEW.{column} NOT GLOB '*[^{ranges}]*'"
    return (
        sqlite_trigger(
            f"{table}_{column}_visible",
            f"BEFORE INSERT ON {table}",
            TEXT_IS_VISIBLE,
            shows_nothing,
        ),
        sqlite_trigger(
            f"{table}_{column}_visible_update",
            f"BEFORE UPDATE ON {table}",
            TEXT_IS_VISIBLE,
            f"NEW.{column} IS NOT OLD.{column} AND {shows_nothing}",
        ),
    )


POSTGRESQL_VISIBLE_TEXT = tuple(_postgresql(table, column) for table, column in COLUMNS.items())
SQLITE_VISIBLE_TEXT = tuple(
    trigger for table, column in COLUMNS.items() for trigger in _sqlite(table, column)
)
