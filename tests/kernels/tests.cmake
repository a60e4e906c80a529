minescar_test(kernels check_kernels)
minescar_test(kernels check_walk)
minescar_test(kernels check_forest)
minescar_test(kernels check_gauss)
