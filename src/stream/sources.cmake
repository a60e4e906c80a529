set(MINESCAR_stream )
