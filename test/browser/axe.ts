import { readFileSync } from 'node:fs'
import type { TestPage } from './engine/port'

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/**
 * What axe finds in the page as it is now: the rule, and where.
 *
 * @param rules only these; all by default
 */
export async function violations(page: TestPage, ...rules: readonly string[]): Promise<readonly string[]> {
  // The text of this function is axe itself: the page's policy allows no script that is not the server's.
  const load = Object.assign(() => {}, { toString: () => `() => { ${AXE} }` })
  await page.evaluate(load)
  return page.evaluate(async (chosen) => {
    type Result = { id: string; nodes: readonly { html: string }[] }
    type Options = { runOnly?: readonly string[] }
    type Axe = { run(options: Options): Promise<{ violations: readonly Result[] }> }
    const { axe } = window as unknown as { axe: Axe }
    const found = await axe.run(chosen.length === 0 ? {} : { runOnly: chosen })
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }, rules)
}
