"""Reports that tools wrote → measures: names with exact numbers. Bytes in, no database.

report       what is read from a report, and the error that refuses one
text         bytes → text: size, compression, encoding
strict_json  text → JSON values, without duplicate keys, NaN or deep nesting
strict_xml   text → elements, without DOCTYPE or deep nesting
reader       the parser of each kind
k6, restore, ci, junit, health, numbers  one parser a kind

A parser never reads a tool's own verdict (k6 writes `true` for a threshold that failed, or that
passed). It leaves out a measure that nothing was measured for, and refuses a report in which
nothing was measured at all. It runs in time linear in the size of the report.
"""

from .reader import read_report
from .report import Report, ReportError

__all__ = ["Report", "ReportError", "read_report"]
