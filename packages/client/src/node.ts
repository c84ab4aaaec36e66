/** What only Node has: `import { fileStore } from '@roomful/client/node'`. */
export { fileStore } from './storage/backends/file'
