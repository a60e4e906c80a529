minescar_test(faults fail_alloc)
target_include_directories(fail_alloc PRIVATE tests/unit/stream)
target_link_options(fail_alloc PRIVATE -Wl,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc)
add_test(NAME faults COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/faults/faults.py $<TARGET_FILE:minescar-cli>)
