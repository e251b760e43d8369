// Index of a thread. Workgroups are dispatched in two dimensions because one dimension holds at most 65,535.
fn threadIndex(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + local;
}
