// The activation of a float output: a slope for negative values, then a lower and an upper bound. The including file's
// `shape` has the parameters.

fn activated(y: vec4<f32>) -> vec4<f32> {
  let sloped = select(y, y * shape.negativeSlope, y < vec4<f32>(0.0));
  return clamp(sloped, vec4<f32>(shape.lowest), vec4<f32>(shape.highest));
}
