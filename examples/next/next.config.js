/** @type {import('next').NextConfig} */
export default {
  // Where all of this repository's builds are.
  distDir: 'dist',
  // The page of all host examples is TypeScript.
  transpilePackages: ['chat-page'],
}
