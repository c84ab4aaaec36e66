import './whole-coverage'

import { countSendPath } from './count'
import { measureSendPath } from './measure'

// `npm run send-path`: the files and functions that one send runs through at its two ends. `-- --json` for programs.
const path = await measureSendPath()
if (process.argv.includes('--json')) process.stdout.write(JSON.stringify(path))
else {
  for (const [file, functions] of Object.entries(path.files).sort(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${file}\n    ${functions.join(', ')}\n`)
  for (const [end, { files, functions }] of Object.entries(countSendPath(path)))
    process.stdout.write(`${end}: ${files} files, ${functions} functions\n`)
}
process.exit(0)
