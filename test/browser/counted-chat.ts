import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { WEB_CHAT } from '../integration/roomful-command'
import { buildPages } from './build-page'
import type { TestPage } from './engine/port'
import type { RowRenders } from './row-renders-main'

/** The web chat, to serve from `folder`, with the script that counts the renders of its rows. */
export async function buildCountedChat(folder: string): Promise<void> {
  cpSync(WEB_CHAT, folder, { recursive: true })
  // The server would send these, which are of the page as it was.
  for (const ending of ['br', 'gz']) rmSync(`${folder}/index.html.${ending}`, { force: true })
  await buildPages(folder, { counter: 'row-renders-main.ts' })
  const page = `${folder}/index.html`
  const html = readFileSync(page, 'utf8')
  writeFileSync(page, html.replace('<head>', '<head><script type="module" src="/counter.js"></script>'))
}

/** The keys of the rows that were rendered since the last call, once a time. */
export const rendersOf = (page: TestPage): Promise<readonly string[]> =>
  page.evaluate(() => (window as unknown as { rowRenders: RowRenders }).rowRenders.take())
