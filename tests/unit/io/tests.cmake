minescar_test(unit/io test_layer)
