set(MINESCAR_scene )
