import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { WEB_CHAT } from '../integration/roomful-command'
import { buildPages } from './build-page'
import { writeWorkers } from './page-workers'

/**
 * The web chat, to serve from `folder`, with the scripts that store it on the device (`keepPage`) and record its
 * frames.
 */
export async function buildKeptChat(folder: string): Promise<void> {
  cpSync(WEB_CHAT, folder, { recursive: true })
  // The server would send these, which are of the files as they were.
  for (const file of ['index.html', 'service-worker.js'])
    for (const ending of ['br', 'gz']) rmSync(`${folder}/${file}.${ending}`, { force: true })
  await buildPages(folder, { frames: 'frames-page-main.ts' })
  const page = `${folder}/index.html`
  const html = readFileSync(page, 'utf8')
  writeFileSync(page, html.replace('<head>', '<head><script type="module" src="/frames.js"></script>'))
  writeWorkers(folder)
}
