/** @type {import('next').NextConfig} */
export default {
  // Where all of this repository's builds are.
  distDir: 'dist',
}
