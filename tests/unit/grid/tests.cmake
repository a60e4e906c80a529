minescar_test(unit/grid test_area)
minescar_test(unit/grid test_crs)
minescar_test(unit/grid test_grid)
target_compile_definitions(test_area PRIVATE ORACLES="${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles")
