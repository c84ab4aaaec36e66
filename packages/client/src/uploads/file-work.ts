import type { UploadedFile } from '../model/outbox/upload-progress'
import { fetchHttp } from './fetch-http'
import { createFileServer, type FileServer, type FileServerOptions } from './file-server'
import { uploadFile, type Way } from './upload-file'
import { xhrHttp } from './xhr-http'

export { measure } from './measure'

type Options = Omit<FileServerOptions, 'http'> & Partial<Pick<FileServerOptions, 'http'>>

/** What is loaded with the first file. */
export type FileWork = {
  /** One try of the upload that this key names. Rejects with ChatError, or with anything where there was no answer. */
  upload(key: string, file: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<UploadedFile>
  /** The bytes of a file of the server, or of its thumbnail. */
  download(fileId: string, size: number | undefined, signal: AbortSignal): Promise<Blob>
}

export function createFileWork(options: Options): FileWork {
  const server: FileServer = createFileServer({ http: hostHttp(), ...options })
  const way: Way = {}
  return {
    upload: (key, file, signal, onSent) => uploadFile(server, way, { key, file, signal, onSent }),
    download: (fileId, size, signal) =>
      server.call(`/${encodeURIComponent(fileId)}${size === undefined ? '' : `?size=${size}`}`, {
        method: 'GET',
        signal,
      }),
  }
}

const hostHttp = () => (typeof XMLHttpRequest === 'undefined' ? fetchHttp : xhrHttp)
