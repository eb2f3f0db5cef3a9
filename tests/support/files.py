"""Sound files of every kind that may be evidence, and files that may not."""

import gzip
import io
import struct
import zipfile
import zlib


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(comment: bytes = b"") -> bytes:
    """A picture of one pixel, with a comment in it."""
    text = _chunk(b"tEXt", b"Comment\x00" + comment) if comment else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + text
        + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
        + _chunk(b"IEND", b"")
    )


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"0" * 1_000_000)
    return buffer.getvalue()


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 12 + b"\xff\xd9"
HEIC = struct.pack(">I", 24) + b"ftypheic" + b"\x00" * 12
MP4 = struct.pack(">I", 24) + b"ftypmp42" + b"\x00" * 12


def jpeg(comment: bytes = b"") -> bytes:
    """A photograph with a comment in it (at most 64 KB), and scans as a camera writes them."""
    text = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    scan = b"\xff\xda\x00\x02" + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xda\x00\x02\x78"
    return b"\xff\xd8" + text + scan + b"\xff\xd9"


GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WEBP = b"RIFF" + struct.pack("<I", 8) + b"WEBPVP8 "
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"

SOUND = {
    "shot.png": png(),
    "SHOT.PNG": png(b"made by a person"),
    "photo.jpg": JPEG,
    "photo.jpeg": JPEG,
    "anim.gif": GIF,
    "anim.webp": WEBP,
    "report.pdf": PDF,
    "k6.txt": b"p95 410 ms\nrps 100\n",
    "k6.log": b"\x1b[32mok\x1b[0m <- green\n",
    "rows.csv": b"\xef\xbb\xbfa,b\r\n1,2\r\n",
    "answer.json": b'{"html": "<b>inside</b>"}',
    "\u062a\u0642\u0631\u064a\u0631.txt": "\u0646\u062c\u062d".encode(),
}

SOUND |= {
    "photo.jfif": jpeg(b"as Windows saves it"),
    "preview.jpg": jpeg(JPEG),
    "k6.log.1": b"p95 410 ms\n",
    "make.out": b"ok\n",
    "bell.log": b"done\x07\n",
    "k6.log.2026-04-23": b"p95 410 ms\n",
    "k6.log-20260423": b"p95 410 ms\n",
    "k6.log.old": b"p95 410 ms\n",
    "k6.txt.": b"p95 410 ms\n",
    "trace.jsonl": b'{"p95": 410}\n',
    "padded.pdf": PDF + b"\x00\x00",
    "README.md": b"<!-- lint off -->\n<!-- toc -->\n# Drill\n",
}

# Name → (the picture, what phones and programs write behind it).
WITH_TRAILER = {
    "samsung.jpg": (jpeg(), b"\x00\x00\x01\x0aImage_UTC_Data1785492000000SEFHk\x00SEFT"),
    "motion.jpg": (jpeg(b"MicroVideo"), MP4),
    "ultra-hdr.jpeg": (jpeg(), jpeg(b"gain map")),
    "padded.jfif": (JPEG, b"\x00" * 100),
    "screen.png": (png(), b"\x00\x00trailing"),
    "anim.webp": (WEBP, b"more"),
}

REFUSED = {
    "svg": ("drawing.svg", SVG),
    "html": ("page.html", HTML),
    "svg that says it is text": ("drawing.txt", SVG),
    "svg behind a comment": ("drawing.txt", b"\xef\xbb\xbf <!-- x -->\n" + SVG),
    "html that says it is a picture": ("page.png", HTML),
    "html that says it is json": ("page.json", b"  " + HTML),
    "xml": ("data.txt", b"<?xml version='1.0'?><a/>"),
    "a page inside a picture": ("shot.png", png(b"<script>alert(1)</script>")),
    "a page inside a picture, in capitals": ("shot.png", png(b"<SvG onload=alert(1)>")),
    "a page behind a picture": ("shot.png", png() + HTML),
    "an archive behind a picture": ("shot.png", png() + zipped("a.txt")),
    "a script in front of a gif": ("anim.gif", b"GIF89a/*" + HTML + b"*/;"),
    "a page in front of a pdf": ("report.pdf", HTML + PDF),
    "an archive behind a pdf": ("report.pdf", PDF + zipped("a.txt")),
    "a jar behind a photograph": ("photo.jpg", JPEG + zipped("META-INF/MANIFEST.MF")),
    "an archive inside a photograph": ("photo.jpg", jpeg(zipped("a.txt"))),
    "an archive inside a picture": ("shot.png", png(zipped("a.txt"))),
    "an archive inside a pdf": ("report.pdf", PDF + zipped("a.txt") + b"\n%%EOF\n"),
    "a picture that is a tar besides": ("shot.png", png(b"x" * 208 + b"ustar\x0000")),
    "a picture that is a pdf besides": ("shot.png", png(PDF)),
    "a photograph that is a pdf besides": ("photo.jpg", jpeg(PDF)),
    "a page behind a photograph": ("photo.jpg", JPEG + b"\n" + HTML),
    "a photograph cut short": ("photo.jpg", JPEG[:-2]),
    "a photograph whose preview is whole": ("photo.jpg", jpeg(JPEG)[:-2]),
    "webp cut short": ("anim.webp", WEBP[:-2]),
    "a photograph of an iPhone": ("IMG_0042.HEIC", HEIC),
    "one that says it is a jpeg": ("IMG_0042.jpg", HEIC),
    "a page behind an empty comment": ("page.md", b"<!--><script>alert(1)</script>"),
    "a number behind no text": ("report.pdf.1", PDF),
    "a picture cut short": ("shot.png", png()[:-4]),
    "a picture that says it is text": ("shot.txt", png()),
    "latin-1": ("k6.txt", "p95 \xe9".encode("latin-1")),
    "text with NUL": ("k6.txt", b"p95\x00"),
    "a zip": ("logs.zip", zipped("a.txt")),
    "a zip bomb that says it is text": ("logs.txt", zipped(*(f"{n}.txt" for n in range(100)))),
    "a zip bomb that says it is a pdf": ("logs.pdf", zipped(*(f"{n}" for n in range(100)))),
    "a gzip bomb": ("log.gz", gzip.compress(b"0" * 10_000_000)),
    "a gzip bomb that says it is a log": ("k6.log", gzip.compress(b"0" * 10_000_000)),
    "a document of an office": ("report.docx", zipped("word/document.xml")),
    "a program": ("run.exe", b"MZ\x90\x00"),
    "a script": ("run.sh", b"#!/bin/sh\n"),
    "no ending": ("evidence", b"p95"),
    "a hidden file": (".htaccess", b"Options +ExecCGI"),
    "two endings": ("page.txt.html", HTML),
    "empty": ("k6.txt", b""),
    "too large": ("k6.txt", b"0" * (10 * 1024 * 1024 + 1)),
}
