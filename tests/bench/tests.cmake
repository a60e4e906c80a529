# Programs for scripts/bench: built with the tests, run by hand.
add_executable(bench_patches tests/bench/bench_patches.c)
target_link_libraries(bench_patches PRIVATE engine)
