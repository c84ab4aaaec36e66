import type { Inspector } from '@roomful/client'

/** Saves all that the inspector has as a file, for `roomful replay`. */
export function saveTrace(inspector: Inspector): void {
  const trace = inspector.trace()
  const address = URL.createObjectURL(new Blob([JSON.stringify(trace)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `roomful-trace-${new Date(trace.inspection.at).toISOString().replaceAll(':', '-')}.json`
  link.click()
  URL.revokeObjectURL(address)
}
