import type { Admin } from './create-admin'
import type { Requests } from './generated'
import type { CallOptions } from './request'

/**
 * Deletes a user with all that is theirs, step by step; returns how many messages it went through. Call it again if it
 * was interrupted: what is done stays done.
 *
 * @example
 * await deleteUser(admin, { userId: 'ann', messages: 'anonymise' })
 */
export async function deleteUser(
  admin: Admin,
  request: Omit<Requests['users.delete'], 'after'>,
  options: CallOptions = {},
): Promise<number> {
  let changed = 0
  for (let page: Requests['users.delete'] = request; ; ) {
    const answer = await admin.users.delete(page, options)
    changed += answer.changed
    if (answer.next === undefined) return changed
    page = { ...request, after: answer.next }
  }
}
