/** Ends calls to a killed page, for drivers that report nothing. */
export type OrDead = {
  readonly isDead: boolean
  die(reason: string): void
  race<R>(work: Promise<R>): Promise<R>
}

export function orDead(): OrDead {
  let isDead = false
  let fail: (reason: Error) => void = () => {}
  const death = new Promise<never>((_, reject) => {
    fail = reject
  })
  death.catch(() => {})
  return {
    get isDead() {
      return isDead
    },
    die: (reason) => {
      isDead = true
      fail(new Error(reason))
    },
    race: (work) => Promise.race([work, death]),
  }
}
