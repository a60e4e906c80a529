add_test(NAME install COMMAND ${CMAKE_SOURCE_DIR}/tests/install/install.sh ${CMAKE_CURRENT_BINARY_DIR})
