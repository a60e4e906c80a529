minescar_test(unit/stream test_run)
