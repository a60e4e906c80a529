minescar_test(unit/ops test_compare)
minescar_test(unit/ops test_features)
minescar_test(unit/ops test_terrain)
minescar_test(unit/ops test_window)
