"""How many queries each page takes, on a board of any size."""

COUNTS = {
    "/": 15,
    "/?status=blocked": 15,
    "/board.json": 11,
    "/waiting/": 11,
    "/honesty/": 11,
    "/gates/A1/": 21,
    "/changes/": 22,
    "/history/?kind=gate": 10,
    "/admin/gates/gate/": 8,
    "/admin/gates/evidence/": 4,
}
