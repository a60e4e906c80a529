set(MINESCAR_grid )
