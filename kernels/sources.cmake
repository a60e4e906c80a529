# Each table of kernels has its files and the instructions that they may use.
set(MINESCAR_SCALAR select.c scalar.c forest_scalar.c gauss_scalar.c rows_scalar.c window_scalar.c majority_scalar.c texture_scalar.c
    smooth_scalar.c score_scalar.c)
set(MINESCAR_AVX2 avx2.c forest_avx2.c gauss_avx2.c rows_avx2.c window_avx2.c majority_avx2.c texture_avx2.c
    smooth_avx2.c score_avx2.c)
set(MINESCAR_AVX512 avx512.c forest_avx512.c gauss_avx512.c rows_avx512.c window_avx512.c majority_avx512.c
    texture_avx512.c smooth_avx512.c score_avx512.c)
set(MINESCAR_VBMI forest_avx512vbmi.c)
set(MINESCAR_AVX2_FLAGS -mavx2)
set(MINESCAR_AVX512_FLAGS -mavx512f -mavx512vl -mavx512bw -mavx512dq)
set(MINESCAR_VBMI_FLAGS ${MINESCAR_AVX512_FLAGS} -mavx512vbmi -mavx512vbmi2)
foreach(table SCALAR AVX2 AVX512 VBMI)
  list(TRANSFORM MINESCAR_${table} PREPEND kernels/)
  list(APPEND MINESCAR_SOURCES ${MINESCAR_${table}})
  set_source_files_properties(${MINESCAR_${table}} PROPERTIES COMPILE_OPTIONS "${MINESCAR_${table}_FLAGS}")
endforeach()
# The compiler vectorises these: neither option changes a result, both let loops with roots and choices become vectors.
set(loops "-fno-math-errno;-fno-trapping-math")
foreach(kernel window majority texture smooth score)
  set_source_files_properties(kernels/${kernel}_scalar.c PROPERTIES COMPILE_OPTIONS "${loops}")
  set_source_files_properties(kernels/${kernel}_avx2.c PROPERTIES COMPILE_OPTIONS "${loops};${MINESCAR_AVX2_FLAGS}")
  set_source_files_properties(kernels/${kernel}_avx512.c PROPERTIES COMPILE_OPTIONS
                              "${loops};${MINESCAR_AVX512_FLAGS};-mprefer-vector-width=512")
endforeach()
