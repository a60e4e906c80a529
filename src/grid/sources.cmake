set(MINESCAR_grid
    area.c
    crs.c
    grid.c
)
