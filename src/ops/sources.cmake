set(MINESCAR_ops
    compare.c
    features.c
    features_row.c
    majority.c
    predict.c
    terrain.c
    window.c)
