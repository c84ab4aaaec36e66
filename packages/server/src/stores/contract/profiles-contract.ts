import { asUserId, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, newRoom, nextAt, nextMessageId } from './contract-room'
import type { ContractContext } from './store-contract'

const [FIRST, SECOND] = ['https://example.com/1.png', 'https://example.com/2.png']

/** Pictures of users, in the rows of the rooms that they are in. */
export function memberProfilesContract({ store }: ContractContext): void {
  const pictureIn = async (roomId: RoomId, name: string): Promise<string | undefined> => {
    const [member] = await store().read((reader) => reader.membersAmong(roomId, [asUserId(name)]))
    return member?.avatarUrl
  }
  const rename = (roomId: RoomId, avatarUrl?: string) =>
    commitOne(store(), roomId, {
      kind: 'rename-member',
      actor: { ...actorOf('bob'), ...(avatarUrl === undefined ? {} : { avatarUrl }) },
      ...{ at: nextAt(), others: [] },
    })

  describe('pictures in member rows', () => {
    test('come with who joins or is added', async () => {
      const roomId = await newRoom(store(), { type: 'public', roles: { ann: 'owner' } })
      const [at, messageId] = [nextAt(), nextMessageId()]
      const actor = { ...actorOf('bob'), avatarUrl: FIRST }
      await commitOne(store(), roomId, { kind: 'join', actor, at, messageId })
      const target = { id: asUserId('cid'), name: 'cid', avatarUrl: SECOND }
      const put = { kind: 'put-member', actor: actorOf('ann'), target, at: nextAt() } as const
      await commitOne(store(), roomId, { ...put, messageId: nextMessageId() })
      expect([await pictureIn(roomId, 'bob'), await pictureIn(roomId, 'cid')]).toEqual([FIRST, SECOND])
    })

    test('change, and go', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      const asks = async (avatarUrl?: string): Promise<readonly RoomId[]> => {
        const user = { id: asUserId('bob'), name: 'bob', ...(avatarUrl === undefined ? {} : { avatarUrl }) }
        const found = await store().read((reader) => reader.misnamed(user, 1_000))
        return found.filter((id) => id === roomId || id === other).sort()
      }
      expect(await asks()).toEqual([])
      expect(await asks(FIRST)).toEqual([roomId, other].sort())
      await rename(roomId, FIRST)
      expect(await pictureIn(roomId, 'bob')).toBe(FIRST)
      expect(await asks(FIRST)).toEqual([other])
      expect(await asks(SECOND)).toEqual([roomId, other].sort())
      await rename(roomId)
      expect(await pictureIn(roomId, 'bob')).toBeUndefined()
      expect(await asks()).toEqual([])
    })

    test('are in the row that a user reads of themselves', async () => {
      const roomId = await newRoom(store())
      await rename(roomId, FIRST)
      const [mine] = await store().read((reader) => reader.memberships(asUserId('bob'), [roomId]))
      expect(mine?.member).toMatchObject({ userId: 'bob', avatarUrl: FIRST })
    })
  })
}

/** Pictures of users, in their own rows. */
export function userProfilesContract({ store }: ContractContext): void {
  const [id, name] = [asUserId('dora'), 'Dora']

  test('a user has the picture that was given last, until there is none', async () => {
    const read = () => store().read((reader) => reader.user(id))
    const put = { id, name, avatarUrl: FIRST, isNew: true }
    expect(await store().putUser({ id, name, avatarUrl: FIRST }, 2_000)).toEqual(put)
    expect(await read()).toEqual({ id, name, avatarUrl: FIRST })
    // One that does not say keeps it; an earlier one changes nothing.
    for (const [given, namedAt] of [
      [{ id, name }, 3_000] as const,
      [{ id, name, avatarUrl: null }, 1_000] as const,
    ])
      expect(await store().putUser(given, namedAt)).toEqual({ id, name, avatarUrl: FIRST })
    expect(await store().putUser({ id, name: 'Dorothy' }, 4_000)).toEqual({
      id,
      name: 'Dorothy',
      avatarUrl: FIRST,
    })
    expect(await store().putUser({ id, name: 'Dorothy', avatarUrl: SECOND }, 5_000)).toMatchObject({
      avatarUrl: SECOND,
    })
    const [listed] = await store().read((reader) => reader.users({ after: asUserId('dor'), limit: 1 }))
    expect(listed).toEqual({ id, name: 'Dorothy', avatarUrl: SECOND })
    expect(await store().putUser({ id, name: 'Dorothy', avatarUrl: null }, 6_000)).toEqual({
      id,
      name: 'Dorothy',
    })
    expect(await read()).toEqual({ id, name: 'Dorothy' })
  })
}
