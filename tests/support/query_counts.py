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
    "/launches/": 9,
    "/launches/primitive/sections/": 4,
    "/launches/primitive/gates/": 5,
    "/launches/primitive/claims/": 9,
    "/launches/primitive/next/": 3,
    "/new-launch/": 2,
    "/admin/gates/gate/": 9,
    "/admin/gates/evidence/": 5,
}
