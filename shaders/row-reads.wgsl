// Every thread reads all words of its windows.

struct Places {
  inside: array<bool, PLACES>,
  start: array<u32, PLACES>,
}

fn inputPlaces(tile: Tile, local: u32) -> Places {
  var places: Places;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    let y = tile.y + i32(index / COLUMNS);
    let place = placeOf(tile.image, y, tile.x + i32(index % COLUMNS), tile.width > 0u);
    places.inside[index] = place.inside;
    places.start[index] = place.start;
  }
  return places;
}

fn inputWords(places: Places, word: u32) -> array<vec2<u32>, PLACES> {
  var bits: array<vec2<u32>, PLACES>;
  // #unroll
  for (var index = 0u; index < PLACES; index++) {
    bits[index] = loaded(places.start[index] + word, places.inside[index]);
  }
  return bits;
}
