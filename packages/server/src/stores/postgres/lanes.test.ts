import { expect, test } from 'vitest'
import { Lanes } from './lanes'

test('one key runs one call at a time, in order, also after failures; others do not wait for it', async () => {
  const lanes = new Lanes()
  const said: string[] = []
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const first = lanes.run('ann', async () => {
    await gate
    said.push('first')
    throw new Error('it failed')
  })
  const second = lanes.run('ann', async () => said.push('second'))
  await lanes.run('bob', async () => said.push('bob'))
  open()
  await expect(first).rejects.toThrow('it failed')
  await second
  await lanes.run('ann', async () => said.push('third'))
  expect(said).toEqual(['bob', 'first', 'second', 'third'])
})
