/**
 * Unread is first looked for among this many messages past the read cursor: enough that in a talk the cap is reached
 * within them, few enough that reading them all, when it is not, stays below a millisecond.
 */
export const UNREAD_SCAN_ROWS = 1_000
