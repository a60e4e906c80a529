add_executable(forest_cv tests/oracles/forest_cv.c)
target_link_libraries(forest_cv PRIVATE engine)
add_test(NAME forest_sklearn COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles/forest_sklearn.py
         $<TARGET_FILE:forest_cv> WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(forest_sklearn PROPERTIES SKIP_RETURN_CODE 77)
add_executable(gauss_ask tests/oracles/gauss_ask.c)
target_link_libraries(gauss_ask PRIVATE engine)
add_test(NAME gauss_scipy COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles/gauss_scipy.py
         $<TARGET_FILE:gauss_ask> WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(gauss_scipy PROPERTIES SKIP_RETURN_CODE 77)
add_executable(accuracy_ask tests/oracles/accuracy_ask.c)
target_link_libraries(accuracy_ask PRIVATE engine)
add_test(NAME accuracy_twin COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles/accuracy_twin.py $<TARGET_FILE:accuracy_ask>)
# Slow: cmake -DMINESCAR_SLOW_TESTS=ON, ctest -L slow.
option(MINESCAR_SLOW_TESTS "register tests that take minutes" OFF)
add_executable(coverage tests/oracles/coverage.c)
target_link_libraries(coverage PRIVATE engine PkgConfig::CMOCKA)
target_compile_options(coverage PRIVATE -Wno-conversion -Wno-pedantic -Wno-shadow)
if(MINESCAR_SLOW_TESTS)
  add_test(NAME coverage COMMAND coverage 2000)
  set_tests_properties(coverage PROPERTIES LABELS slow TIMEOUT 3600)
endif()
add_test(NAME irmad_numpy COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles/irmad_numpy.py
         $<TARGET_FILE:minescar-cli> WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
set_tests_properties(irmad_numpy PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME judge_change COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/oracles/judge_change.py
         $<TARGET_FILE:minescar-cli> ${CMAKE_CURRENT_SOURCE_DIR}/scripts)
set_tests_properties(judge_change PROPERTIES SKIP_RETURN_CODE 77)
