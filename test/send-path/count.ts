import type { SendPath } from './measure'

export type Count = { readonly files: number; readonly functions: number }

/** The client's end is the client and the protocol; the server decodes with the latter too. */
const END = /^packages\/(client|protocol|server)\//

/** How much a newcomer reads to follow one send at each end. */
export function countSendPath({ files }: SendPath): Readonly<Record<'client' | 'server', Count>> {
  const count = (end: 'client' | 'server'): Count => {
    const lists = Object.entries(files)
      .filter(([path]) => (END.exec(path)?.[1] === 'server' ? 'server' : 'client') === end)
      .map(([, functions]) => functions.length)
    return { files: lists.length, functions: lists.reduce((sum, length) => sum + length, 0) }
  }
  return { client: count('client'), server: count('server') }
}
