set(MINESCAR_patch
  sieve.c
  sieve_merge.c
  sieve_runs.c
)
