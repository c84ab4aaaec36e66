import { shownFile } from '../../core/shown-file'
import { flag, json, type Row, text } from './column'

/** The most rows that one step removes of a deleted room: no send waits long for the writer. */
export const PURGE_STEP_ROWS = 2_000

/** The file that a row of `messages` (type, metadata, deleted) showed. */
export function fileIn(row: Row): readonly string[] {
  const metadata = row.metadata === null ? {} : { metadata: json<{ fileId?: string }>(row, 'metadata') }
  const fileId = shownFile({ type: text(row, 'type'), deleted: flag(row, 'deleted'), ...metadata })
  return fileId === undefined ? [] : [fileId]
}
