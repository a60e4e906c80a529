minescar_test(unit/stream test_machine)
minescar_test(unit/stream test_plan)
minescar_test(unit/stream test_run)
