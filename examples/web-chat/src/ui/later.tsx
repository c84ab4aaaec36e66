import { type ComponentType, lazy, type ReactElement, Suspense } from 'react'

/** A part of the page that is loaded when it is first shown: with the dialogs the page would be a tenth larger. */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => ReactElement {
  const Part = lazy(async () => ({ default: await load() }))
  return function Later(props) {
    return (
      <Suspense fallback={null}>
        <Part {...props} />
      </Suspense>
    )
  }
}
