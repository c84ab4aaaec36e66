import type { ChatError } from '../chat-error'
import type { Hold } from '../hold'

/** A try to upload a file: under way, or over and to be repeated when `hold` ends. `error` null: no answer came. */
export type UploadProgress =
  | { readonly at: 'sending'; readonly sentBytes: number; readonly hold: Hold }
  | { readonly at: 'waiting'; readonly hold: Hold; readonly error: ChatError | null }

/** What happens to the upload of one message. */
export type UploadStep =
  /** The picture has been looked at; in pixels, upright. */
  | { readonly to: 'measured'; readonly width: number; readonly height: number }
  | { readonly to: 'sending'; readonly sentBytes: number }
  /** The server has it; `kind` is what it found it to be. */
  | { readonly to: 'uploaded'; readonly file: UploadedFile }
  | {
      readonly to: 'interrupted'
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  /** Another try would end like this one. */
  | { readonly to: 'refused'; readonly error: ChatError }

/** A file at the server; `size` in bytes. */
export type UploadedFile = { readonly id: string; readonly kind: string; readonly size: number }
