set(MINESCAR_jobs
  job.c
  receipt.c
  schema.c
)
