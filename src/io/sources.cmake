set(MINESCAR_io )
