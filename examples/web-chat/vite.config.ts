import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { emojiData } from './emoji-data.mjs'
import { serviceWorker } from './service-worker.mjs'

/** `npm run dev`: the page from vite, everything else from a server started with `npm start`. */
const SERVER = process.env.ROOMFUL_URL ?? 'http://localhost:3000'

export default defineConfig(({ command }) => {
  // A test runner that builds the page passes its own NODE_ENV: the build would contain React's development version.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    plugins: [react(), emojiData(), serviceWorker()],
    // The server may be mounted under a path.
    base: './',
    build: {
      // The page is served with `default-src 'self'`: nothing may become a data: address.
      assetsInlineLimit: 0,
      target: 'es2022',
      // What the first load needs is one file: fourteen small ones compress worse, and each has headers of its own.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } } },
    },
    server: {
      // The host stays the page's own: the server accepts a page whose origin it is.
      proxy: {
        '/socket.io': { target: SERVER, ws: true, changeOrigin: false },
        '/auth': SERVER,
        '/files': SERVER,
      },
    },
  }
})
