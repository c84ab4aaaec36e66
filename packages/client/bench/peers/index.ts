import type { Trial } from '../trial'
import { chatscope } from './chatscope'
import { matrix } from './matrix'
import { mattermost } from './mattermost'
import type { Peer } from './peer'
import { tanstack } from './tanstack'

/** Other libraries with the same message, at the version that was measured. */
export const peers = {
  'matrix-js-sdk': { install: ['matrix-js-sdk@37.5.0'], open: matrix },
  '@chatscope/use-chat': {
    install: ['@chatscope/use-chat@3.1.2', 'react@18', 'react-dom@18'],
    open: chatscope,
  },
  'mattermost-redux': { install: ['mattermost-redux@11.9.0'], open: mattermost },
  '@tanstack/db': { install: ['@tanstack/db@0.15.2'], open: tanstack },
} satisfies Record<string, { install: readonly string[]; open: Peer }>

export type PeerName = keyof typeof peers
export const isPeer = (name: string): name is PeerName => Object.hasOwn(peers, name)

const COUNT = 20

/** A live message at a peer that holds this many: parsed from the same text, applied, read by its subscriber. */
export async function peerTrial(name: PeerName, folder: string, size: number): Promise<Trial> {
  const { hold, live } = await peers[name].open(folder)
  await hold(size)
  let last = size
  let texts: string[] = []
  const prepare = () => {
    texts = Array.from({ length: COUNT }, () => live.text(++last))
  }
  prepare()
  return {
    count: COUNT,
    run: async () => {
      for (const text of texts) await live.take(text)
    },
    between: prepare,
    check: () => {
      if (live.shown() !== last) throw new Error(`${live.shown()} of ${last} messages are shown`)
    },
  }
}
