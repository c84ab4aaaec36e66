import { asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { commitOne, editOp, messagesOf, newRoom, roomOf, sendOp } from './contract-room'
import type { ContractContext } from './store-contract'

const texts: [name: string, text: string][] = [
  ['a family emoji with joiners', '👨‍👩‍👧‍👦 and 🏳️‍🌈'],
  ['combining marks, not composed', 'e\u0301 a\u030a n\u0303'],
  ['the same composed', '\u00e9 \u00e5 \u00f1'],
  ['Zalgo', 'Z\u0351\u036b\u0343a\u0335\u031bl\u0334go'],
  ['a right-to-left override', 'abc \u202egnp.exe\u202c'],
  ['Arabic and Hebrew', 'مرحبا שלום'],
  ['U+FEFF inside and at the ends', '\ufeffx\ufeffy\ufeff'],
  ['zero-width characters', 'a\u200bb\u200cc\u200dd\u2060e'],
  ['line ends and tabs', 'a\nb\n\nc\td\n'],
  ['the line ends of Windows, and one alone', 'a\r\nb\rc'],
  ['form feed, ESC and other controls', '\f\v\u0001\u001b[31mred\u007f\u0085'],
  ['outer blanks', '  two before, three after   '],
  ['SQL', `'; drop table messages; -- " \\ % _ $1 ?`],
  ['backslashes and escapes', '\\u0000 \\n \\x00 \\\\'],
  ['JSON in text', '{"__proto__": {"x": 1}, "a": [1, 2]}'],
  ['HTML', '<img src=x onerror=alert(1)> & &amp;'],
  ['characters past the basic plane', '𝕳𝖊𝖑𝖑𝖔 𠮷野家 🀄'],
  ['noncharacters and private use', '\uffff \ufffe \ue000 \u{10ffff}'],
  ['U+FFFD itself', '\ufffd'],
  ['8,000 code points of four bytes', '😀'.repeat(8_000)],
  ['8,000 code points of three bytes', '漢'.repeat(8_000)],
]

export function textContract({ store }: ContractContext): void {
  describe('text is returned byte for byte', () => {
    test.each(texts)('%s', async (_, text) => {
      const roomId = await newRoom(store())
      const short = [...text].slice(0, 50).join('')
      const op = sendOp('ann', text, { metadata: { note: short, [`key ${short}`]: [short] } })
      await commitOne(store(), roomId, op)
      const [sent] = await messagesOf(store(), roomId)
      expect(sent?.content).toBe(text)
      expect(sent?.metadata).toEqual(op.metadata)
      const edited = `.${[...text].slice(1).join('')}`
      await commitOne(store(), roomId, editOp('ann', op.id, edited))
      expect((await messagesOf(store(), roomId))[0]?.content).toBe(edited)
    })

    test('in names of rooms and members', async () => {
      for (const [, text] of texts) {
        const name = [...text].slice(0, 30).join('')
        const { room, members } = roomOf({ name, metadata: { title: name } })
        const named = members.map((member) => ({ ...member, name }))
        await store().createRoom({ room, members: named })
        const found = await store().read(async (reader) => ({
          memberships: await reader.memberships(asUserId('ann'), [room.id]),
          members: await reader.members(room.id, { limit: 10 }),
        }))
        expect(found.memberships[0]?.room).toEqual(room)
        expect(found.members).toEqual(named)
      }
    })

    test('in ids of users, up to 255 characters', async () => {
      for (const id of [
        'tenant/ann',
        'auth0|7',
        "urn:x:7?#[]@!$&'()*+,;=%",
        'DOMAIN\\ann',
        '漢'.repeat(255),
      ]) {
        const userId = asUserId(id)
        await store().putUser({ id: userId, name: 'Ann' })
        const roomId = await newRoom(store(), { roles: { [id]: 'owner' } })
        const op = sendOp(id, 'hello')
        await commitOne(store(), roomId, op)
        await commitOne(store(), roomId, editOp(id, op.id, 'edited'))
        await store().markRead(roomId, userId, 1)
        const [message] = await messagesOf(store(), roomId)
        expect(message).toMatchObject({ senderId: id, content: 'edited' })
        const [user, members] = await store().read(async (reader) => [
          await reader.user(userId),
          await reader.members(roomId, { limit: 10 }),
        ])
        expect([user?.id, members.map((member) => member.userId)]).toEqual([id, [id]])
      }
    })

    test('numbers in metadata keep their value', async () => {
      const roomId = await newRoom(store())
      const metadata = { big: Number.MAX_SAFE_INTEGER, small: 5e-324, tenth: 0.1, huge: 1e308, negative: -7 }
      await commitOne(store(), roomId, sendOp('ann', 'numbers', { metadata }))
      expect((await messagesOf(store(), roomId))[0]?.metadata).toEqual(metadata)
    })
  })
}

export function userNamesContract({ store }: ContractContext): void {
  test('names of users are returned byte for byte', async () => {
    for (const [, text] of texts) {
      const name = [...text].slice(0, 30).join('')
      await store().putUser({ id: asUserId('ann'), name })
      const user = await store().read((reader) => reader.user(asUserId('ann')))
      expect(user).toEqual({ id: 'ann', name })
    }
  })
}
