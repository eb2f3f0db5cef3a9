"""How many queries each page takes, on a board of any size."""

COUNTS = {
    "/": 19,
    "/?status=blocked": 19,
    "/board.json": 12,
    "/waiting/": 12,
    "/honesty/": 12,
    "/gates/A1/": 23,
    "/changes/": 23,
    "/history/?kind=gate": 11,
    "/admin/gates/gate/": 10,
    "/admin/gates/evidence/": 5,
}
