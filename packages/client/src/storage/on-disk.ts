/** What is loaded with the first open, in one piece: the layout, and the store that browsers have. */
export { indexedDbStore } from './backends/indexeddb'
export { createCopy } from './create-copy'
