// What may follow factor · x + offset: a slope for negative results, then two bounds.

struct Bend {
  negativeSlope: f32,
  lowest: f32,
  highest: f32,
}

fn bent(y: vec4<f32>, bend: Bend) -> vec4<f32> {
  let sloped = select(y, y * bend.negativeSlope, y < vec4<f32>(0.0));
  return clamp(sloped, vec4<f32>(bend.lowest), vec4<f32>(bend.highest));
}
