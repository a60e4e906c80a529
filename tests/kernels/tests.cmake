minescar_test(kernels check_kernels)
