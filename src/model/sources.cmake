set(MINESCAR_model )
