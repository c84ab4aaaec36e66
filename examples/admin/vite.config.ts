import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev`: the page from vite, `/v1` from a server started with `npm start -- --admin-page`. */
const SERVER = process.env.ROOMFUL_URL ?? 'http://localhost:3000'

export default defineConfig(({ command }) => {
  // A test runner that builds the page passes its own NODE_ENV: the build would contain React's development version.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    plugins: [react()],
    // The server may be mounted under a path.
    base: './',
    build: {
      // The server's package serves it, and ships it.
      outDir: fileURLToPath(new URL('../../packages/server/dist/admin', import.meta.url)),
      emptyOutDir: true,
      // Its policy allows no data: addresses, and no script in the markup.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
    },
    server: { proxy: { '/v1': SERVER } },
  }
})
