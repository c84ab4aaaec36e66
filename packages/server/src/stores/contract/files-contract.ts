import { asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, deleteOp, newRoom, nextAt, nextMessageId, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

export function filesContract({ store }: ContractContext): void {
  const isShown = (fileId: string, name?: string): Promise<boolean> =>
    store().read((reader) => reader.isFileShown(fileId, name === undefined ? undefined : asUserId(name)))
  const show = async (roomId: RoomId, fileId: string, type = 'image') => {
    const op = sendOp('ann', 'a picture', { type, metadata: { fileId, name: 'cat.png' } })
    await commitOne(store(), roomId, op)
    return op.id
  }
  const member = async (kind: 'invite' | 'kick', roomId: RoomId, name: string): Promise<void> => {
    const base = { actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() }
    const id = asUserId(name)
    if (kind === 'kick') await commitOne(store(), roomId, { kind, ...base, targetId: id })
    else await commitOne(store(), roomId, { kind, ...base, target: { id, name } })
  }

  describe('a file', () => {
    test('is shown to the members of a room that shows it only', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store(), { roles: { eve: 'owner' } })]
      await show(roomId, 'file-1')
      await commitOne(store(), other, sendOp('eve', 'hi'))
      expect([await isShown('file-1', 'ann'), await isShown('file-1', 'bob')]).toEqual([true, true])
      expect(await isShown('file-1', 'eve')).toBe(false)
      expect(await isShown('file-2', 'ann')).toBe(false)
      expect(await isShown("file-1' OR 1=1 --", 'ann')).toBe(false)
    })

    test('is shown by images and files only, whatever others have in their metadata', async () => {
      const roomId = await newRoom(store())
      await show(roomId, 'file-1', 'text')
      await show(roomId, 'file-1', 'poll')
      expect(await isShown('file-1', 'bob')).toBe(false)
      await show(roomId, 'file-1', 'file')
      expect(await isShown('file-1', 'bob')).toBe(true)
    })

    test('is no longer shown when its messages are deleted', async () => {
      const roomId = await newRoom(store())
      const [first, second] = [await show(roomId, 'file-1'), await show(roomId, 'file-1')]
      await commitOne(store(), roomId, deleteOp('ann', first))
      expect(await isShown('file-1', 'bob')).toBe(true)
      await commitOne(store(), roomId, deleteOp('ann', second))
      expect(await isShown('file-1', 'bob')).toBe(false)
    })

    test('is not shown to a removed user, nor to one who returned after it (I14)', async () => {
      const roomId = await newRoom(store())
      await show(roomId, 'file-1')
      await member('kick', roomId, 'bob')
      expect(await isShown('file-1', 'bob')).toBe(false)
      await member('invite', roomId, 'bob')
      expect(await isShown('file-1', 'bob')).toBe(false)
      await show(roomId, 'file-1')
      expect(await isShown('file-1', 'bob')).toBe(true)
    })

    test('is shown by one room that shows it to its user, whichever others show it or have the user', async () => {
      // Room n is in a set if bit n is.
      const rooms = Array.from({ length: 10 }, (_, number) => 1 << number)
      const files = [0b1, 0b1000000000, 0b0101010101, 0b1010101010, 0b1111100000, 0b0001000100, 0b1111111111]
      const users = [0, 0b10, 0b0101010101, 0b1010101010, 0b0000011111, 0b1000000001, 0b1111111111]
      for (const bit of rooms) {
        const present = users.flatMap((mask, user) => (mask & bit ? [[`user-${user}`, 'member']] : []))
        const roomId = await newRoom(store(), { roles: { ann: 'owner', ...Object.fromEntries(present) } })
        const shown = files.flatMap((mask, file) => (mask & bit ? [`file-${file}`] : []))
        for (const fileId of shown) await show(roomId, fileId)
      }
      const found = await Promise.all(
        files.map((_, file) => Promise.all(users.map((_, user) => isShown(`file-${file}`, `user-${user}`)))),
      )
      expect(found).toEqual(files.map((file) => users.map((user) => (file & user) !== 0)))
    })
  })
}

/** Whether any message shows a file, for any user: a file without one is removed. */
export function unshownFilesContract({ store }: ContractContext): void {
  const isShown = (fileId: string): Promise<boolean> => store().read((reader) => reader.isFileShown(fileId))

  test('a file is shown until its last message is deleted or purged', async () => {
    const roomId = await newRoom(store())
    const ops = ['file-1', 'file-1', 'file-2'].map((fileId) =>
      sendOp('ann', 'a picture', { type: 'image', metadata: { fileId } }),
    )
    for (const op of ops) await commitOne(store(), roomId, op)
    expect([await isShown('file-1'), await isShown('file-3')]).toEqual([true, false])
    expect(await isShown("file-1' OR 1=1 --")).toBe(false)
    for (const op of ops.slice(0, 2)) await commitOne(store(), roomId, deleteOp('ann', op.id))
    expect([await isShown('file-1'), await isShown('file-2')]).toEqual([false, true])
    await store().purge(roomId, 4)
    expect(await isShown('file-2')).toBe(false)
  })
}
