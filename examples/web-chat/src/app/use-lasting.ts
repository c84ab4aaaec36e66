import { useEffect, useState } from 'react'

/** The value, once it has been the same for this long: brief states are not shown. */
export function useLasting<T>(value: T, ms: number, first: T): T {
  const [lasting, setLasting] = useState(first)
  useEffect(() => {
    const timer = setTimeout(() => setLasting(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return lasting
}
