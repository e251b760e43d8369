struct Frame {
  imageCount: u32,
}

// Workgroups are laid out in two dimensions because one holds no more than 65,535.
fn threadIndex(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + local;
}
