minescar_test(unit/scene test_render)
