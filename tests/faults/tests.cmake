add_test(NAME faults COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tests/faults/faults.py $<TARGET_FILE:minescar-cli>)
