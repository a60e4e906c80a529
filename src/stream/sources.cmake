set(MINESCAR_stream
    machine.c
    plan.c
    run.c
)
