/** The first bytes of a file, "HWGQ". */
export const MAGIC = Uint8Array.of(0x48, 0x57, 0x47, 0x51);
/** Version 2 adds required features and optional blocks. A model that needs neither is written as version 1. */
export const FORMAT_VERSION = 2;
/** The byte at which the hash begins, after magic and version. */
export const HASH_FROM = 8;
/** The first byte that the hash covers. The hash itself has 32 bytes. */
export const CHECKED_FROM = 40;
/** The byte at which the header begins, after its two lengths of 4 bytes. */
export const HEADER_FROM = 48;
/** The largest header accepted, inflated. Larger ones are rejected before anything is allocated. */
export const MAX_HEADER_BYTES = 16 * 2 ** 20;
/** The largest header without the text in its strings: only labels and names may need more. */
export const MAX_HEADER_SYNTAX_BYTES = 2 ** 20;
/** The largest number of objects and arrays in a header: 20 for each layer, with its rows of the section table. */
export const MAX_HEADER_OBJECTS = 200_000;
/** The largest number of labels, as many as classes. */
export const MAX_LABELS = 1_000_000;
/** The maximum total size of a model's tensors in bytes, inflated. */
export const MAX_TENSOR_BYTES = 2 ** 30;
/** The maximum nesting depth of objects and arrays in a header. */
export const MAX_NESTING = 32;
