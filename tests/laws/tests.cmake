add_test(NAME check_layers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/scripts/check_layers)
