// Four neighbouring threads, of the same windows and four quads, read a quarter of the words each, SHARED of them, and
// hand them round. The quads must be a multiple of four.

struct Places {
  inside: array<bool, SHARED>,
  start: array<u32, SHARED>,
}

fn inputPlaces(tile: Tile, local: u32) -> Places {
  var places: Places;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    let index = turn * 4u + local % 4u;
    let y = tile.y + i32(index / COLUMNS);
    let place = placeOf(tile.image, y, tile.x + i32(index % COLUMNS), tile.width > 0u && index < PLACES);
    places.inside[turn] = place.inside;
    places.start[turn] = place.start;
  }
  return places;
}

fn inputWords(places: Places, word: u32) -> array<vec2<u32>, PLACES> {
  var read: array<vec2<u32>, SHARED>;
  // #unroll
  for (var turn = 0u; turn < SHARED; turn++) {
    read[turn] = loaded(places.start[turn] + word, places.inside[turn]);
  }
  var bits: array<vec2<u32>, PLACES>;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    bits[index] = quadBroadcast(read[index / 4u], index % 4u);
  }
  return bits;
}
