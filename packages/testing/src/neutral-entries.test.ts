import { build } from 'esbuild'
import { expect, test } from 'vitest'

const SOURCES = new URL('..', import.meta.url).pathname

/** What a page's bundler makes of an entry: the modules of Node that it would need, and its size. */
async function bundle(entry: string): Promise<{ needs: string[]; bytes: number }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [`${SOURCES}/src/${entry}.ts`],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const needs = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports.filter(({ external }) => external).map(({ path }) => `${file} needs ${path}`),
  )
  return { needs, bytes: outputFiles[0]?.contents.length ?? 0 }
}

test.each(['index', 'browser', 'history'])(
  'a page can import %s: nothing in it needs Node',
  async (entry) => {
    const { needs, bytes } = await bundle(entry)
    expect(needs).toEqual([])
    expect(bytes).toBeGreaterThan(0)
  },
)

test('what needs Node has an entry of its own', async () => {
  await expect(bundle('node')).rejects.toThrow(/Could not resolve/)
})
