import type { UserId } from './ids'

/** Metadata of a message of type `image` or `file`. All but `fileId` is the sender's word, and not checked against the file. */
export type FileMetadata = {
  /** Id of the upload: `GET /files/:id`. */
  fileId: string
  /** At most 255 characters. */
  name?: string
  /** Bytes. */
  size?: number
  /** Media type, such as `image/png`. */
  kind?: string
  /** In pixels. */
  width?: number
  height?: number
}

/** The actions that the server reports in a room with a message of type `system`. */
export type SystemAction = 'join' | 'invite' | 'leave' | 'kick' | 'ban' | 'rename'

/** Metadata of a message of type `system`. A newer server may report other actions. */
export type SystemMetadata = {
  action: SystemAction | (string & {})
  /** The user that the action is about. */
  userId?: UserId
}
