import { expect, test } from 'vitest'
import { entryOf, type InvitationPolicy } from './consent'

/** By hand: exists, acquainted, blocked; the result under consent, under open, and by a server admin. */
const TABLE = `
  exists acquainted blocked  consent open   admin
  no     no         no       invite  absent absent
  no     no         yes      invite  absent absent
  yes    no         no       invite  put    put
  yes    no         yes      invite  absent put
  yes    yes        no       put     put    put
  yes    yes        yes      invite  absent put`

const lines = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.trim().split(/\s+/))

test.each(lines)('exists %s, acquainted %s, blocked %s: %s, %s, %s', (...cells) => {
  const [exists, acquainted, blocked, consent, open, admin] = cells
  const relation = { exists: exists === 'yes', acquainted: acquainted === 'yes', blocked: blocked === 'yes' }
  const under = (policy: InvitationPolicy, asAdmin: boolean) => entryOf(policy, relation, asAdmin)
  expect([under('consent', false), under('open', false)]).toEqual([consent, open])
  expect([under('consent', true), under('open', true)]).toEqual([admin, admin])
})
