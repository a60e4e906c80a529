set(MINESCAR_grid
    area.c
    crs.c
    displacement.c
    grid.c
)
