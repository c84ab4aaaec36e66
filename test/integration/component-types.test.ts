import { beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { componentErrors, componentsOf } from '../snippets/check-components'

beforeAll(() => build({ pages: false }))

// A second component with one mistake in its template shows that the checker reads templates, in the same run.
test.each(['vue', 'svelte'] as const)(
  'the %s component of the page has the right types',
  async (framework) => {
    const shown = componentsOf(framework)
    expect(shown).toHaveLength(1)
    const wrong = shown.map(({ name, code }) => ({
      name: `Wrong${name}`,
      code: code.replace('message.senderName', 'message.sender'),
    }))
    const errors = await componentErrors(framework, wrong)
    expect(errors).toEqual([expect.stringMatching(/WrongApp\.\w+.*Property 'sender' does not exist/)])
  },
)
