minescar_test(unit/patch test_sieve)
