minescar_test(unit/io test_layer)
minescar_test(unit/io test_raster_in)
minescar_test(unit/io test_raster_out)
