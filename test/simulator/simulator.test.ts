import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { apply } from '../../packages/testing/sim/bundle.mjs'
import { CANARIES } from '../../packages/testing/sim/patches.mjs'
import { REGRESSIONS } from '../../packages/testing/sim/regressions.mjs'

function sim(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
    execFile(process.execPath, ['packages/testing/sim/main.mjs', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` }),
    )
  })
}

/** `npm run sim` runs 5,000. */
const SEEDS = 2_000

test(`${SEEDS} days of faults break nothing`, async () => {
  const { code, output } = await sim('--seeds', String(SEEDS))
  expect(output.split('\n').filter((line) => line.includes('✗'))).toEqual([])
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/\d+ seeds .* 0 failed/) })
  console.warn(output.trim())
})

test('each known mistake is found', async () => {
  const { code, output } = await sim('--canaries')
  expect(output.split('\n').filter((line) => line.includes('✗'))).toEqual([])
  expect(code).toBe(0)
  expect(output).toContain(`${CANARIES.length} of ${CANARIES.length} canaries found`)
  expect(output).toContain(`${REGRESSIONS.length} of ${REGRESSIONS.length} mended mistakes found`)
  console.warn(output.trim())
})

test('one seed can be run alone, and leaves the same trace each time (P17)', async () => {
  const [first, second] = [await sim('--seed', '7', '--trace'), await sim('--seed', '7', '--trace')]
  expect(first.code).toBe(0)
  expect(first.output).toMatch(/events, trace hash [0-9a-f]{8}/)
  expect(second.output).toBe(first.output)
})

test('a failure is printed with everything needed to see it again (P17)', async () => {
  const canary = 'unread by subtraction'
  const { code, output } = await sim('--seeds', '60', '--canary', canary)
  expect(code).toBe(1)
  const seed = /^✗ seed (\d+) at \S+$/m.exec(output)?.[1] ?? 'none is told'
  const violation = /^ {2}(I13: .* unread instead of .*)$/m.exec(output)?.[1] ?? 'none is told'
  const steps = /^ {2}steps that it needs \(after \d+ tries\): (.*)$/m.exec(output)?.[1]?.split(' · ')
  expect(output).toMatch(/^ {2}faults that it needs: /m)
  expect(output).toMatch(/^ {2}the last that happened:\n {4} *\d+\.\d{3} {2}/m)
  expect(output).toContain(`npm run sim -- --seed ${seed} --canary '${canary}' --trace`)
  // Operations that the failure does not need were left out: the day began with at least eight.
  expect(steps?.length).toBeLessThan(8)

  const again = await sim('--seed', seed, '--canary', canary, '--trace')
  expect(again.code).toBe(1)
  expect(again.output).toContain(violation.split(' — ')[0])
  expect(await sim('--seed', seed)).toMatchObject({ code: 0 })
})

test('a canary that no longer fits the sources is refused', () => {
  const patch = { file: 'a.ts', find: 'x', replace: 'y' }
  expect(apply('one x', patch)).toBe('one y')
  expect(() => apply('none', patch)).toThrow('a.ts has 0 times: x')
  expect(() => apply('x and x', patch)).toThrow('a.ts has 2 times: x')
})
