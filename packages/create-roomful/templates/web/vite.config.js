import { defineConfig } from 'vite'

/** The chat server that `npm run server` starts. */
const server = process.env.ROOMFUL_URL ?? 'http://localhost:3000'

export default defineConfig({
  // The page and the chat are of one origin, as behind a proxy in production: the server needs no --origins.
  server: { proxy: { '/socket.io': { target: server, ws: true, changeOrigin: false }, '/auth': server } },
})
