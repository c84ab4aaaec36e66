import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `npm run dev`: the page from vite, everything else from a server started with `npm start`. */
const SERVER = process.env.ROOMFUL_URL ?? 'http://localhost:3000'

export default defineConfig({
  plugins: [react()],
  build: {
    // The page is served with `default-src 'self'`: nothing may become a data: address.
    assetsInlineLimit: 0,
    target: 'es2022',
  },
  server: {
    proxy: { '/socket.io': { target: SERVER, ws: true, changeOrigin: true }, '/auth': SERVER },
  },
})
