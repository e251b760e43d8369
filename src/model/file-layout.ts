/** "HWGQ". */
export const MAGIC = Uint8Array.of(0x48, 0x57, 0x47, 0x51);
export const FORMAT_VERSION = 1;
/** Magic and version stand before the hash. */
export const HASH_FROM = 8;
/** The hash takes 32 bytes; from here on it covers everything. */
export const CHECKED_FROM = 40;
/** Two lengths of 4 bytes stand before the header. */
export const HEADER_FROM = 48;
/** A header beyond this is refused before anything is allocated. */
export const MAX_HEADER_BYTES = 16 * 2 ** 20;
/** All tensors of a model together, inflated. */
export const MAX_TENSOR_BYTES = 2 ** 30;
/** Objects and lists in a header stand in each other no deeper than this. */
export const MAX_NESTING = 32;
