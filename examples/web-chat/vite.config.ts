import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev`: the page from vite, everything else from a server started with `npm start`. */
const SERVER = process.env.ROOMFUL_URL ?? 'http://localhost:3000'

export default defineConfig(({ command }) => {
  // A test runner that builds the page leaves its own NODE_ENV: React's development build would be in it.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return {
    plugins: [react()],
    // The server may be mounted under a path.
    base: './',
    build: {
      // The page is served with `default-src 'self'`: nothing may become a data: address.
      assetsInlineLimit: 0,
      target: 'es2022',
    },
    server: {
      // The host stays the page's own: the server lets a page in whose origin it is.
      proxy: { '/socket.io': { target: SERVER, ws: true, changeOrigin: false }, '/auth': SERVER },
    },
  }
})
