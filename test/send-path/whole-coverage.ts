import { setFlagsFromString } from 'node:v8'

// V8 counts no calls of a closure that it has not yet given a feedback vector, or whose bytecode it has dropped. Which
// ones those are depends on the load. Imported before the code that is measured.
for (const flag of ['--no-lazy-feedback-allocation', '--no-flush-bytecode', '--no-opt'])
  setFlagsFromString(flag)
