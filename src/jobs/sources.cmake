set(MINESCAR_jobs job.c schema.c)
