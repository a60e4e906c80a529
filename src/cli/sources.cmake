set(MINESCAR_cli
  commands_info.c
  help.c
  main.c
  messages.c
  options.c
  progress.c
)
