set(MINESCAR_jobs )
