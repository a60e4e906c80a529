minescar_test(unit/model test_forest)
minescar_test(unit/model test_model)
minescar_test(unit/model test_samples)
