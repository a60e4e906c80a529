minescar_test(unit/jobs test_job)
minescar_test(unit/jobs test_receipt)
minescar_test(unit/jobs test_simulate)
