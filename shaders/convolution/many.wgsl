// More turns than any loop over taps, words, or channels has. Compilers add a counter of 64 bits to loops that they cannot
// prove to end.
const MANY = 65536u;
