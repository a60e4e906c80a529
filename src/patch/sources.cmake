set(MINESCAR_patch
  geos_shape.c
  topology.c
  zones.c
  match.c
  records.c runs.c seam.c
  sieve.c
  sieve_front.c sieve_merge.c sieve_record.c
  sieve_tile.c
  sites.c sites_front.c sites_tile.c
  patches_regions.c
  patches_chains.c
  store.c
  patches_front.c
  patches_ends.c
  patches_rings.c
  patches_polygon.c
  simplify.c
  overlaps.c
  patches.c
)
