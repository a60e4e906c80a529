set(MINESCAR_scene noise.c relief.c sky.c site.c material.c earthwork.c cover.c render.c source.c)
