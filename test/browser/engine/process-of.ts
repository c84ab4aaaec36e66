import { readdirSync, readFileSync } from 'node:fs'

/** More than a page grows on its own within a moment. */
const BALLAST_BYTES = 128 * 1024 * 1024

/** Runs in the page: allocates memory, or frees it. */
type Ballast = (bytes: number) => Promise<unknown>

/**
 * Which of `pids` runs a page. No engine's driver reports it: it is the process that grows when the page allocates. The
 * allocation keeps the page busy, on a busy machine long enough for other tabs to take over the connection.
 */
export async function processOf(pids: () => readonly number[], ballast: Ballast): Promise<number> {
  const before = new Map(pids().map((pid) => [pid, residentBytes(pid)]))
  await ballast(BALLAST_BYTES)
  const grown = pids().filter((pid) => residentBytes(pid) - (before.get(pid) ?? 0) > BALLAST_BYTES / 2)
  await ballast(0)
  const [pid] = grown.filter((one) => before.has(one))
  if (pid === undefined || grown.length > 1) throw new Error(`which process is it? ${JSON.stringify(grown)}`)
  return pid
}

/** For `Ballast`. */
export function carry(bytes: number): void {
  Object.assign(window, { ballast: bytes > 0 ? new Uint8Array(bytes).fill(1) : undefined })
}

/** All processes that `root` has started, and their descendants. Source: proc(5). */
export function descendants(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((one) => [one, ...below(one)])
  return below(root)
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended on its own.
  }
}

/** The fourth field of stat, behind the name, which may hold any character. */
function parentOf(pid: number): number | undefined {
  const stat = read(pid, 'stat')
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** The second field of statm, in pages of 4 KiB. */
function residentBytes(pid: number): number {
  return Number(read(pid, 'statm')?.split(' ')[1] ?? 0) * 4_096
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
