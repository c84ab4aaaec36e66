/** A file that is larger is not kept: reading it back would take longer than choosing it again. */
export const FILE_MOST_BYTES = 25_000_000
