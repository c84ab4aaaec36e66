import { afterEach, beforeEach, describe } from 'vitest'
import { backendContract } from './backend-contract'
import { commitContract } from './commit-contract'
import type { OpenedStore, OpenStore } from './contract-room'
import { deleteRoomContract } from './delete-room-contract'
import { durabilityContract } from './durability-contract'
import { factsContract } from './facts-contract'
import { filesContract, unshownFilesContract } from './files-contract'
import { forgetOpsContract } from './forget-ops-contract'
import { growingContract } from './growing-contract'
import { headsContract } from './heads-contract'
import { memberCountContract } from './member-count-contract'
import { membersContract } from './members-contract'
import { messageQueryContract } from './message-query-contract'
import { moderationContract, sessionsContract } from './moderation-contract'
import { outboxContract } from './outbox-contract'
import { peopleContract } from './people-contract'
import { pinsContract } from './pins-contract'
import { memberProfilesContract, userProfilesContract } from './profiles-contract'
import { purgeContract } from './purge-contract'
import { raceContract } from './race-contract'
import { readCursorContract } from './read-cursor-contract'
import { directoryContract, roomsContract } from './rooms-contract'
import { snapshotContract } from './snapshot-contract'
import { textContract, userNamesContract } from './text-contract'

/** A fresh store for every test; call `store()` and `opened()` within tests only. */
export type ContractContext = {
  readonly opened: () => OpenedStore
  readonly store: () => OpenedStore['store']
}

/**
 * The guarantees of every Store, as tests: call it in a test file of the store. `open` makes an empty one.
 *
 * @example
 * storeContract('memory', async () => ({ store: createMemoryStore({ epoch: 'e1' }), dispose: async () => {} }))
 */
export function storeContract(name: string, open: OpenStore): void {
  contract(`store contract: ${name}`, open, [
    ...ABOUT_ROOMS,
    deleteRoomContract,
    purgeContract,
    growingContract,
    forgetOpsContract,
    unshownFilesContract,
    directoryContract,
    userNamesContract,
    sessionsContract,
    peopleContract,
    outboxContract,
    backendContract,
    userProfilesContract,
    durabilityContract,
  ])
}

/** The part about rooms by id, which a store of ephemeral rooms must pass too. */
export function roomStoreContract(name: string, open: OpenStore): void {
  contract(`room store contract: ${name}`, open, ABOUT_ROOMS)
}

const ABOUT_ROOMS: readonly ((context: ContractContext) => void)[] = [
  commitContract,
  factsContract,
  pinsContract,
  headsContract,
  roomsContract,
  filesContract,
  raceContract,
  messageQueryContract,
  snapshotContract,
  readCursorContract,
  membersContract,
  memberProfilesContract,
  memberCountContract,
  moderationContract,
  textContract,
]

function contract(
  title: string,
  open: OpenStore,
  parts: readonly ((context: ContractContext) => void)[],
): void {
  describe(title, () => {
    let opened: OpenedStore | undefined
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(async () => {
      await opened?.dispose()
      opened = undefined
    })
    const current = (): OpenedStore => {
      if (!opened) throw new Error('the store is not open')
      return opened
    }
    const context: ContractContext = { opened: current, store: () => current().store }
    for (const part of parts) part(context)
  })
}
