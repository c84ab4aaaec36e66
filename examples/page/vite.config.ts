import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ command }) => {
  // A test runner that builds the page passes its own NODE_ENV: the build would contain React's development version.
  if (command === 'build') process.env.NODE_ENV = 'production'
  return { plugins: [react()], build: { target: 'es2022' } }
})
