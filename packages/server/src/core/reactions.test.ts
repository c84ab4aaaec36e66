import { asUserId, emojiKey } from '@roomful/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { merged, withoutReaction, withReaction } from './reactions'

const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const VS16 = '\uFE0F'

test('a user who has reacted in both spellings of an older row removes both at once', () => {
  const older = merged([
    { emoji: '👍', users: [ann, bob] },
    { emoji: `👍${VS16}`, users: [ann] },
  ])
  expect(withReaction(older, `👍${VS16}`, ann)).toBe(older)
  expect(withoutReaction(older, `👍${VS16}`, ann)).toEqual([{ emoji: '👍', users: [bob] }])
})

test('reactions without anything to merge keep their reference', () => {
  const rows = [
    { emoji: '👍', users: [ann] },
    { emoji: '👍🏽', users: [ann] },
  ]
  expect(merged(rows)).toBe(rows)
})

test('however each keyboard spells it, a user is in a reaction from the last add to the next remove', () => {
  const op = fc.record({
    emoji: fc.constantFrom('❤', `❤${VS16}`, `👩‍❤${VS16}‍👨`, '👩‍❤‍👨', '👍🏽', `👍${VS16}🏽`),
    user: fc.constantFrom(ann, bob),
    isAdded: fc.boolean(),
  })
  const property = fc.property(fc.array(op, { maxLength: 30 }), (ops) => {
    const held = new Set<string>()
    let reactions: ReturnType<typeof merged> = []
    for (const { emoji, user, isAdded } of ops) {
      const key = `${emojiKey(emoji)} ${user}`
      const before = reactions
      reactions = (isAdded ? withReaction : withoutReaction)(reactions, emoji, user)
      expect(reactions === before).toBe(held.has(key) === isAdded)
      if (isAdded) held.add(key)
      else held.delete(key)
    }
    expect(merged(reactions)).toBe(reactions)
    const shown = reactions.flatMap(({ emoji, users }) => users.map((user) => `${emojiKey(emoji)} ${user}`))
    expect(shown.sort()).toEqual([...held].sort())
  })
  fc.assert(property)
})
