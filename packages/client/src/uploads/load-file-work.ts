import type { EngineContext } from '../engine/engine-context'
import type { FileCode } from '../engine/upload-runner'
import type { ChatOptions } from '../options'

/** Loads what uploads and downloads files: with the first one, for most pages have none. */
export const loadFileWork =
  (
    { url, extraHeaders = {}, withCredentials = false, ports }: ChatOptions,
    { clock }: Pick<EngineContext, 'clock'>,
    token: (fresh: boolean) => Promise<string>,
  ) =>
  async (): Promise<FileCode> => {
    const { createFileWork, measure } = await import('./file-work')
    const work = createFileWork({
      ...{ url, headers: extraHeaders, withCredentials, clock, token },
      ...(ports?.http && { http: ports.http }),
    })
    return { work, measure }
  }
