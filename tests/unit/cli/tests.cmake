# The command line's files are not part of the library, so each test links the ones that it is about.
foreach(name test_options test_messages test_progress test_help)
  minescar_test(unit/cli ${name})
  target_sources(${name} PRIVATE src/cli/options.c src/cli/messages.c src/cli/progress.c src/cli/help.c)
endforeach()
minescar_test(unit/cli test_commands)
target_sources(test_commands PRIVATE src/cli/options.c src/cli/commands_change.c src/cli/commands_check.c src/cli/commands_info.c
               src/cli/commands_model.c src/cli/commands_run.c src/cli/commands_scene.c src/cli/commands_sieve.c
               src/cli/commands_shift.c src/cli/commands_vectorize.c src/cli/commands_verify.c src/cli/commands_window.c)
