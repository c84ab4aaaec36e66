import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

/** Pages with only one file of this folder in each, to serve from `folder`: `index` is the one at `/`. */
export async function buildPages(folder: string, pages: Record<string, string>): Promise<void> {
  const names = Object.keys(pages)
  await build({
    config: false,
    silent: true,
    clean: false,
    entry: Object.fromEntries(names.map((name) => [name, pathOf(pages[name])])),
    outDir: folder,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    splitting: true,
    noExternal: [/.*/],
    outExtension: () => ({ js: '.js' }),
  })
  for (const name of names)
    writeFileSync(
      `${folder}/${name}.html`,
      `<!doctype html><script type="module" src="/${name}.js"></script>`,
    )
}

const pathOf = (main = ''): string => fileURLToPath(new URL(main, import.meta.url))
