import { ManualClock } from '../node/test-node'
import { ephemeralContract } from './contract/ephemeral-contract'
import { MemoryEphemeral } from './memory-ephemeral'

ephemeralContract('memory', async ({ keep, limits }) => {
  const clock = new ManualClock()
  const store = new MemoryEphemeral({ now: clock.now, keep, limits })
  return { store, pass: (ms) => clock.pass(ms), dispose: () => store.close() }
})
