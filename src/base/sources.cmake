set(MINESCAR_base error.c mem.c hash.c file.c settings.c sort.c)
