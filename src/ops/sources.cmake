set(MINESCAR_ops
    adjoin.c
    boundary.c
    decide.c
    evidence.c
    features.c
    features_row.c
    features_share.c
    gradient.c
    kinds.c
    height_level.c
    majority.c
    odds.c
    opening.c
    predict.c
    rank.c
    shift.c
    rays.c
    rim.c
    shadow.c
    smooth.c
    terrain.c
    texture.c
    weigh.c
    window.c)
# sqrtf sets errno and a comparison can raise a flag, which nobody reads and which keeps loops from being vectors; results are the same.
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/src/ops/terrain.c PROPERTIES COMPILE_OPTIONS "-fno-math-errno;-fno-trapping-math")
