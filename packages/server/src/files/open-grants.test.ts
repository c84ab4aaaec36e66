import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { OpenGrants } from './open-grants'

const [ann, bob] = [asUserId('ann'), asUserId('bob')]

function grants() {
  const clock = new ManualClock()
  const open = new OpenGrants(clock)
  const lapsed: string[] = []
  const add = (userId: typeof ann, id: string) =>
    open.add(userId, id, { charge: () => {}, finish: () => {}, lapse: () => void lapsed.push(id) })
  return { clock, open, lapsed, add }
}

test('an upload that was begun is finished once, by its user', () => {
  const { open, add } = grants()
  add(ann, 'one')
  expect(open.take(bob, 'one')).toBeUndefined()
  expect(open.take(ann, 'one')).toBeDefined()
  expect(open.take(ann, 'one')).toBeUndefined()
})

test('a user may have begun a hundred; another one is not affected, and an hour later there is room', async () => {
  const { clock, open, lapsed, add } = grants()
  for (let count = 0; count < 100; count++) {
    expect(open.refusal(ann)).toBeUndefined()
    add(ann, `upload-${count}`)
    await clock.pass(1_000)
  }
  const retryAfterMs = 3_600_000 - 100_000
  expect(open.refusal(ann)).toEqual({ ok: false, code: 'RATE_LIMITED', limit: 100, retryAfterMs })
  expect(open.refusal(bob)).toBeUndefined()
  await clock.pass(retryAfterMs)
  expect(open.refusal(ann)).toBeUndefined()
  expect(lapsed).toEqual(['upload-0'])
})

test('what was never finished no longer counts as promised after an hour, whoever uploads next', async () => {
  const { clock, open, lapsed, add } = grants()
  add(ann, 'forgotten')
  await clock.pass(1_800_000)
  add(bob, 'young')
  await clock.pass(1_800_000)
  expect(open.refusal(asUserId('carl'))).toBeUndefined()
  expect(lapsed).toEqual(['forgotten'])
  expect(open.take(ann, 'forgotten')).toBeUndefined()
  expect(open.take(bob, 'young')).toBeDefined()
})
