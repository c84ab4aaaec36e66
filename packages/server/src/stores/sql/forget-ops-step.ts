/** Ops, or invitations, that one statement drops: some ten milliseconds. */
export const FORGET_OPS_STEP = 2_000
