foreach(law threads tiles kernels gauss polygons simplified sieve specks shift self transitions shards resume)
  add_test(NAME law_${law} COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/laws/laws.py $<TARGET_FILE:minescar-cli> ${law})
endforeach()
