minescar_test(unit/jobs test_job)
