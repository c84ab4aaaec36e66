import type { Environment, WakeReason } from '../platform/environment'

/** A device that is online, and is woken by hand. */
export function wakeable(): { readonly environment: Environment; wake(reason: WakeReason): void } {
  let listener = (_reason: WakeReason): void => {}
  const environment: Environment = {
    onWake: (next) => {
      listener = next
      return () => {}
    },
  }
  return { environment, wake: (reason) => listener(reason) }
}
