// Enlargement of components that are stored at half the resolution, as libjpeg's smooth one (fancy upsampling): each new
// sample is 3/4 of the nearer one and 1/4 of the farther one, in each direction. The results are equal.

/**
 * Enlarges a row vertically.
 * @param near the row of samples that is nearer to the output.
 * @param bias 1 if the farther row is above, 2 if it is below.
 */
export function smoothRows(near: usize, far: usize, output: usize, width: i32, bias: i32): void {
  const rounding = i16x8.splat(<i16>bias);
  for (let x: usize = 0; x < <usize>width; x += 8) {
    const sums = i16x8.shr_u(i16x8.add(weighted(near + x, far + x), rounding), 2);
    v128.store64_lane(output + x, i8x16.narrow_i16x8_u(sums, sums), 0);
  }
}

/**
 * Enlarges a row horizontally, and vertically if `isBoth`.
 * @param sums memory for a 16-bit integer per sample, and 16 bytes before and after them.
 * @param width of the input.
 */
export function smoothColumns(near: usize, far: usize, output: usize, width: i32, isBoth: i32, sums: usize): void {
  for (let x: usize = 0; x < <usize>width; x += 8) {
    v128.store(sums + 2 * x, isBoth ? weighted(near + x, far + x) : v128.load8x8_u(near + x));
  }
  // At the edges, a sample is its own neighbour.
  store<u16>(sums - 2, load<u16>(sums));
  store<u16>(sums + 2 * <usize>width, load<u16>(sums + 2 * <usize>(width - 1)));
  const even = i16x8.splat(isBoth ? 8 : 1);
  const odd = i16x8.splat(isBoth ? 7 : 2);
  const shift = isBoth ? 4 : 2;
  for (let x: usize = 0; x < <usize>width; x += 8) {
    const at = sums + 2 * x;
    const own = v128.load(at);
    const tripled = i16x8.add(i16x8.add(own, own), own);
    const left = i16x8.shr_u(i16x8.add(i16x8.add(tripled, v128.load(at - 2)), even), shift);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(tripled, v128.load(at + 2)), odd), shift);
    v128.store(output + 2 * x, v128.or(left, i16x8.shl(right, 8)));
  }
}

@inline
function weighted(near: usize, far: usize): v128 {
  const samples = v128.load8x8_u(near);
  return i16x8.add(i16x8.add(i16x8.add(samples, samples), samples), v128.load8x8_u(far));
}

/** Enlarges a row horizontally by repeating samples. @param width of the output. */
export function repeatPixels(input: usize, output: usize, width: i32, factor: i32): void {
  for (let x = 0; x < width; x++) store<u8>(output + x, load<u8>(input + x / factor));
}
