/**
 * Number of runs in flight at once. Two keep a backend busy: it computes one run while the results of the run before are
 * read back. More would only add latency.
 */
export const PIPELINE_DEPTH = 2;
