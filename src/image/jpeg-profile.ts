/** Bytes at the start of a JPEG file in which its profile is searched for. Metadata with a thumbnail fits in as well. */
const SEARCHED_BYTES = 2 ** 17;
const [START_OF_IMAGE, START_OF_SCAN, PROFILE] = [0xffd8, 0xffda, 0xffe2];

/**
 * Returns whether a file is a JPEG without a colour profile. Returns false if its first 128 KB do not show that. APP2
 * segments that contain other data count as profiles.
 */
export async function isJpegWithoutProfile(file: Blob): Promise<boolean> {
  const bytes = new DataView(await file.slice(0, SEARCHED_BYTES).arrayBuffer());
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== START_OF_IMAGE) return false;
  for (let at = 2; at + 4 <= bytes.byteLength; at += 2 + bytes.getUint16(at + 2)) {
    const marker = bytes.getUint16(at);
    if (marker === START_OF_SCAN) return true;
    // Markers without a length do not occur before the scan.
    if (marker === PROFILE || marker <= 0xff01) return false;
  }
  return false;
}
