set(MINESCAR_io
  layer_files.c
  layer_in.c
  layer_out.c
  layer_row.c
  layer_text.c
)
