"""How many queries each page takes, on a board of any size."""

COUNTS = {
    "/": 18,
    "/?status=blocked": 18,
    "/board.json": 11,
    "/waiting/": 11,
    "/honesty/": 11,
    "/gates/A1/": 22,
    "/changes/": 22,
    "/history/?kind=gate": 11,
    "/admin/gates/gate/": 9,
    "/admin/gates/evidence/": 5,
}
