/** How often the parent is looked at. Nothing notifies a process that it has lost it. */
const LOOK_MS = 250

/**
 * Whether npm started the shell that started this process, and that shell runs nothing else: `npx roomful serve`, or a
 * script such as `"start": "roomful serve"`. A line that goes on in the background (`roomful serve &`) is not meant.
 */
export function isAloneInNpmShell(env: Readonly<Record<string, string | undefined>>): boolean {
  const line = env.npm_lifecycle_script
  return line !== undefined && /\broomful\b/.test(line) && !/[&|;\n]/.test(line)
}

/**
 * Calls `onGone` once when this process has lost its parent. npm hands a signal on to its shell, and where that is dash
 * (Debian, Ubuntu) it ends without telling the command, which would then run on with its port and its database.
 */
export function watchParent(parent: () => number, onGone: () => void): void {
  const first = parent()
  const timer = setInterval(() => {
    if (parent() === first) return
    clearInterval(timer)
    onGone()
  }, LOOK_MS)
  timer.unref()
}
