"""How many queries each page takes, on a board of any size with checks; without, two less."""

COUNTS = {
    "/": 20,
    "/?status=blocked": 20,
    "/board.json": 13,
    "/waiting/": 14,
    "/honesty/": 13,
    "/gates/A1/": 35,
    "/changes/": 26,
    "/history/?kind=gate": 11,
    "/launches/": 11,
    "/launches/primitive/sections/": 4,
    "/launches/primitive/gates/": 5,
    "/launches/primitive/claims/": 9,
    "/launches/primitive/next/": 3,
    "/new-launch/": 2,
    "/admin/gates/gate/": 11,
    "/admin/gates/evidence/": 5,
}
