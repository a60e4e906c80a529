# The command line's files are not part of the library, so each test links the ones that it is about.
foreach(name test_options test_messages test_progress test_help)
  minescar_test(unit/cli ${name})
  target_sources(${name} PRIVATE src/cli/options.c src/cli/messages.c src/cli/progress.c src/cli/help.c)
endforeach()
minescar_test(unit/cli test_commands)
file(GLOB command_tables CONFIGURE_DEPENDS src/cli/commands_*.c)
target_sources(test_commands PRIVATE src/cli/options.c src/cli/messages.c ${command_tables})
