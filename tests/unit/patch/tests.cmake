minescar_test(unit/patch test_sieve)
minescar_test(unit/patch test_patches)
