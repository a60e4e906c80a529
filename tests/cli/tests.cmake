find_package(Python3 COMPONENTS Interpreter QUIET)
if(Python3_FOUND)
  foreach(cases words jobs edges pipeline)
    add_test(NAME cli_${cases} COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tests/cli/run_cases.py
             $<TARGET_FILE:minescar-cli> ${CMAKE_CURRENT_SOURCE_DIR}/tests/cli/${cases}.txt)
  endforeach()
endif()
add_test(NAME cli_commands_doc COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scripts/make_commands_doc --check $<TARGET_FILE:minescar-cli>)
add_test(NAME bench_smoke COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/tests/bench/smoke.py $<TARGET_FILE:minescar-cli>
         ${CMAKE_CURRENT_BINARY_DIR}/tests/bench)
add_test(NAME docs_examples COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scripts/check_docs $<TARGET_FILE:minescar-cli>)
