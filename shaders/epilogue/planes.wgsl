// Codes as bit planes.

override codeBits: u32 = 2u;
override thresholdCount: u32 = 3u;

// Four conditions as bits, the first one lowest.
fn bitsWhere(condition: vec4<bool>) -> u32 {
  let bits = select(vec4<u32>(), vec4<u32>(1u, 2u, 4u, 8u), condition);
  return bits.x | bits.y | bits.z | bits.w;
}

// Up to four planes of the codes of four channels.
fn planesOfCodes(code: vec4<u32>) -> vec4<u32> {
  var planes: vec4<u32>;
  // #unroll
  for (var plane = 0u; plane < 4u; plane++) {
    planes[plane] = bitsWhere((code & vec4<u32>(1u << plane)) != vec4<u32>());
  }
  return planes;
}

// Adds 1 to the codes of the channels whose bits are set.
fn incremented(planes: vec4<u32>, bits: u32) -> vec4<u32> {
  let second = planes.x & bits;
  let third = planes.y & second;
  return planes ^ vec4<u32>(bits, second, third, planes.z & third);
}
