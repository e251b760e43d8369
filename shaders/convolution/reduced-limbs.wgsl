// Adds up the slices of limb sums. Limbs that no weight has are not reduced.
fn reducedLimbs(slice: Limbs, local: u32) -> Limbs {
  var total = Limbs(reduced(slice.first, local), vec4<i32>(), vec4<i32>());
  if (limbs > 1u) {
    workgroupBarrier();
    total.second = reduced(slice.second, local);
  }
  if (limbs > 2u) {
    workgroupBarrier();
    total.third = reduced(slice.third, local);
  }
  return total;
}
