/**
 * Unread is first counted among this many messages past the read cursor: enough to reach the cap in a conversation, few
 * enough to read all of them in less than a millisecond if it is not reached.
 */
export const UNREAD_SCAN_ROWS = 1_000
