set(MINESCAR_patch )
