set(MINESCAR_cli main.c)
