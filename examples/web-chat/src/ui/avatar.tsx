import { type ReactElement, useState } from 'react'
import { initialsOf, tintOf } from '../text/person'

/** Decoration: the name is beside it. A picture is of any server, which must not learn where it is shown. */
export function Avatar({
  id,
  name,
  url,
}: {
  id: string
  name: string
  url?: string | undefined
}): ReactElement {
  const [broken, setBroken] = useState<string>()
  return (
    <span className={`avatar ${tintOf(id)}`} aria-hidden="true">
      {url === undefined || url === broken ? (
        initialsOf(name)
      ) : (
        <img src={url} alt="" referrerPolicy="no-referrer" loading="lazy" onError={() => setBroken(url)} />
      )}
    </span>
  )
}
