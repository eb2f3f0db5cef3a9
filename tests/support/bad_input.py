"""What no sound browser sends: absurd dates, numbers, texts, bodies and headers."""

DATES = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-1-1-1", "2026-02-30", "2026-04-23",
    "2026-04-23T25:00", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00-14:00", "2026-W17-4",
    "2026-04-23T10:00:00.123456789Z", "now", "import",
    "\u0662\u0660\u0662\u0666-\u0660\u0664-\u0662\u0663",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1", "2", "1e9", "9" * 6, "9" * 19, "9" * 400, "\u0661", "\xb2", "0x1", "NaN",
    "1.5",
)  # fmt: skip
TEXTS = (
    "", " ", "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "' OR 1=1 --", '"><script>', "{{ 7*7 }}",
    "%00", "%", "%u0041", "../../etc/passwd", "//evil.example", "x" * 5000, "\u202e", "\U0001f600",
    "\ufeff", "T1", "sami", "gate", "P0", "on", "__all__", "id", "launched", "csv", "[]", "{}",
    "null", "a" * 200 + "\u0627", "?", "&", "#", ";", "\\",
)  # fmt: skip
# Every parameter and field that some address reads, and a few that Django's own pages read.
NAMES = (
    "as_of", "since", "until", "page", "person", "gate", "kind", "q", "o", "p", "e", "all",
    "status", "section__id__exact", "owner__id__exact", "owner__isnull", "priority",
    "priority__exact", "counted__exact", "resolved_at__isempty", "resolved_at__year",
    "gate__section__launch__slug", "password__startswith", "id", "id__in", "pk", "next", "_popup",
    "_to_field", "_changelist_filters", "_facets", "app_label", "model_name", "field_name", "term",
    "format", "launch", "action", "post", "select_across", "index", "login", "password",
    "oldpassword", "password1", "password2", "code", "credential", "name", "username", "groups",
    "progress", "reason", "title", "summary", "url", "observed_at",
    "valid_until", "min_closed", "slug", "snapshot_date", "plan_starts_on", "evidence-TOTAL_FORMS",
    "evidence-INITIAL_FORMS", "decide", "_selected_action", "language",
)  # fmt: skip

BROKEN_FILE = (
    '--x\r\nContent-Disposition: form-data; name="file"; filename="../a.svg"\r\n'
    "Content-Type: image/png\r\n\r\n<svg onload=alert(1)>\r\n--x--\r\n"
)
FORM = "application/x-www-form-urlencoded"
BODIES = (
    ("application/json", "{"),
    ("application/json", '{"login": 1}'),
    ("text/xml", "<!DOCTYPE a>"),
    ("multipart/form-data", "x"),
    ("multipart/form-data; boundary=x", "--x\r\n\r\nbroken"),
    ("multipart/form-data; boundary=x", BROKEN_FILE),
    (FORM, "=%ff&%00=1&a=%f0%28%8c%28"),
    (FORM, "&".join(f"f{number}=1" for number in range(1100))),
    (f"{FORM}; charset=utf-7", "a=+ADw-"),
    (f"{FORM}; charset=nonsense", "a=1"),
    ("", "\x00" * 100),
    ("/", "a"),
)
HEADERS: tuple[dict[str, str], ...] = (
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"If-None-Match": '"x", W/"'},
    {"If-Modified-Since": "Fri, 99 Foo 0000"},
    {"Range": "bytes=9-1"},
    {"Accept-Language": "ar;q=9,*;q=\x01"},
    {"X-Forwarded-For": "<x>, ::1, 1"},
    {"Referer": "//x"},
    {"Content-Length": "99999999999"},
    {"Content-Length": "-1"},
    {"Host": "localhost:99999999"},
    {"X-Request-ID": "x" * 300},
    {"Cookie": "sessionid=\x01; csrftoken=%00; messages=x"},
)
