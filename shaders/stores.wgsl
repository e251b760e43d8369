// The stores of a tile, written out so that its sums stay in registers.

fn storeCodes(tile: Tile, sums: array<Sum, PIXELS>) {
  var all: array<vec4<u32>, PIXELS>;
  // It has at least one turn: a loop that asks before the first costs SwiftShader a turn more.
  var index = 0u;
  loop {
    // Read once for all pixels.
    let threshold = thresholdOf(index, tile.quad);
    // #unroll
    for (var p = 0u; p < PIXELS; p++) {
      all[p] = raised(all[p], exceeds(sums[p], threshold));
    }
    continuing {
      index++;
      break if index >= thresholdCount;
    }
  }
  // #unroll
  for (var p = 0u; p < PIXELS; p++) {
    if (isInside(tile, p)) {
      storeCode(tile.pixel + p, tile.quad, all[p]);
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
