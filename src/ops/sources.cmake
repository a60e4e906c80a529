set(MINESCAR_ops )
