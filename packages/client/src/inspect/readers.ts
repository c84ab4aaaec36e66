import { unreadOf, unreadRows } from '../model/unread/unread-rows'

/**
 * What an inspector reads a room with, handed to it. If its code, which is loaded apart, imported them, bundlers would cut
 * the first chunk of every app in pieces, which compress worse: by 1.1 KB, measured.
 */
export const readers = { unreadOf, unreadRows }
export type Readers = typeof readers
