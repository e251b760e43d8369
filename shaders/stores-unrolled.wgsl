// The stores of a tile, written out so that its sums stay in registers.

fn storeCodes(tile: Tile, sums: array<Sum, PIXELS>) {
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.quad, codeOf(sums[p], tile.quad));
    }
  }
}

fn storeFloats(tile: Tile, sums: array<Sum, PIXELS>) {
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeFloat(tile.pixel + p, tile.quad, floatOf(sums[p]));
    }
  }
}
