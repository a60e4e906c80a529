set(MINESCAR_ops
    compare.c
    features.c
    predict.c
    terrain.c
    window.c)
