// The stores of a tile, in loops: SwiftShader compiles them in two thirds of the time.

fn storeCodes(tile: Tile, sums: array<Sum, PIXELS>) {
  var all = sums;
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.quad, codeOf(all[p], tile.quad));
    }
  }
}

fn storeFloats(tile: Tile, sums: array<Sum, PIXELS>) {
  var all = sums;
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeFloat(tile.pixel + p, tile.quad, floatOf(all[p]));
    }
  }
}
