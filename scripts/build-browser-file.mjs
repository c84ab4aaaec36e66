import { build } from 'esbuild'

/** The built client with all its dependencies and everything it loads later, minified into one ES module. @param {string} outfile */
export async function buildBrowserFile(outfile) {
  await build({
    entryPoints: ['packages/client/dist/index.js'],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
}
