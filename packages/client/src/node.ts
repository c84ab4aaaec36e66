/** What only Node has: `import { fileStore } from '@roomful/client/node'`. */

export { exitCodeOf } from './platform/exit-code'
export { proxyAgent } from './platform/proxy-agent'
export { fileStore } from './storage/backends/file'
