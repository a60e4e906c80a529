set(MINESCAR_grid
    area.c
    crs.c
    crs_wkt.c
    displacement.c
    grid.c
)
