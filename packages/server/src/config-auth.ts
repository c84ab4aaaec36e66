import * as v from 'valibot'
import type { AuthOptions } from './options'

const word = v.optional(v.string())
const words = v.optional(v.array(v.string()))
const Checked = v.object({
  jwtSecret: word,
  jwks: word,
  issuer: words,
  audience: words,
  anyAudience: v.optional(v.boolean()),
  claimId: word,
  claimName: word,
  claimAvatarUrl: word,
  claimAdmin: word,
  claimSid: word,
})

/** Builds the token check from settings that are valid one by one. Contradictions go to `problems`. */
export function authFrom(values: ReadonlyMap<string, unknown>, problems: string[]): AuthOptions | undefined {
  const { jwtSecret, jwks, issuer, audience, anyAudience, ...claimed } = v.parse(
    Checked,
    Object.fromEntries(values),
  )
  const {
    claimId: id,
    claimName: name,
    claimAvatarUrl: avatarUrl,
    claimAdmin: admin,
    claimSid: sid,
  } = claimed
  const claims = Object.fromEntries(
    Object.entries({ id, name, avatarUrl, admin, sid }).filter(([, claim]) => claim !== undefined),
  )
  const rules = {
    ...(issuer?.length ? { issuer } : {}),
    ...(audience?.length ? { audience } : {}),
    ...(Object.keys(claims).length > 0 ? { claims } : {}),
  }
  if (jwtSecret !== undefined && jwks !== undefined)
    problems.push('--jwt-secret and --jwks exclude each other (ROOMFUL_JWT_SECRET, ROOMFUL_JWKS)')
  if (jwtSecret !== undefined) return { jwtSecret, ...rules }
  if (jwks === undefined) {
    if (Object.keys(rules).length > 0)
      problems.push(
        '--issuer, --audience and --claim-… are rules for the tokens of --jwks or --jwt-secret: one of them is needed',
      )
    return undefined
  }
  // Missing ones are reported later, as for options given in code.
  return anyAudience ? { jwks, ...rules, anyAudience } : { jwks, issuer: [], audience: [], ...rules }
}
