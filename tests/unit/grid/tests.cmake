minescar_test(unit/grid test_area)
minescar_test(unit/grid test_crs)
minescar_test(unit/grid test_grid)
